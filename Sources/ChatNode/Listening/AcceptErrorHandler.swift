import Foundation
import Logging
import NIOCore

/// The handler of the listening socket: pauses it when the system has no descriptor left.
final class AcceptErrorHandler: ChannelInboundHandler {
    typealias InboundIn = any Channel
    typealias InboundOut = any Channel

    private var pacer = AcceptPacer()
    private let logger: Logger

    init(logger: Logger) { self.logger = logger }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // Other errors concern one connection that ended before it began.
        guard let error = error as? IOError, error.errnoCode != ECONNABORTED else { return }
        guard case .rest(let isTold) = self.pacer.failed(now: .now) else { return }
        if isTold {
            self.logger.warning("no connection can be accepted: \(String(cString: strerror(error.errnoCode)))")
        }
        let channel = context.channel
        try? channel.syncOptions?.setOption(.autoRead, value: false)
        let rest = TimeAmount(AcceptPacer.rest)
        context.eventLoop.assumeIsolated().scheduleTask(in: rest) {
            self.pacer.rested()
            // It may have been closed meanwhile.
            try? channel.syncOptions?.setOption(.autoRead, value: true)
        }
    }
}
