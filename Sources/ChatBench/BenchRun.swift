package import ChatClient
package import ChatSystem
internal import ChatWords
internal import NIOCore
internal import NIOPosix

/// The reason why nothing was measured.
package struct BenchFailure: Error, Sendable {
    package var status: ExitStatus
    /// Why, for people.
    package var message: String

    package init(status: ExitStatus, message: String) {
        self.status = status
        self.message = message
    }
}

/// A run, from the first connection to the result.
///
/// Cancelling its task ends it, with the measurements up to then.
package struct BenchRun: Sendable {
    /// The longest time that connecting or joining may make no progress.
    static let patience = 15_000_000_000
    /// The longest wait at the end for messages and answers that are on their way.
    static let drain = 5_000_000_000

    let plan: BenchPlan
    private let connectors: [ChannelBootstrap]
    /// The server's processes whose resources are counted; empty: none are.
    private let serverProcesses: [Int32]
    /// Called with the progress of the run.
    private let show: @Sendable (String) -> Void

    /// - Throws: ``ClientError`` when the certificate authorities cannot be read.
    package init(
        _ plan: BenchPlan,
        trustedAuthorities: String?,
        serverProcesses: [Int32],
        show: @escaping @Sendable (String) -> Void
    ) throws(ClientError) {
        self.plan = plan
        self.serverProcesses = serverProcesses
        self.show = show
        var connectors: [ChannelBootstrap] = []
        for server in plan.servers {
            connectors.append(try ChannelBootstrap(server, trustedAuthorities: trustedAuthorities))
        }
        self.connectors = connectors
    }

    private var serverUsage: ProcessUsage? {
        self.serverProcesses.isEmpty ? nil : ProcessUsage.of(self.serverProcesses)
    }

    private static var now: Int { Int(NIODeadline.now().uptimeNanoseconds) }

    /// Connects, joins, loads and measures.
    ///
    /// - Throws: ``BenchFailure`` when there is nothing to report.
    package func result() async throws -> BenchResult {
        var servers: [(ChannelBootstrap, SocketAddress)] = []
        for connector in self.connectors {
            do { servers.append((connector, try await connector.locate())) } catch {
                throw BenchFailure(status: .unavailable, message: Words.of(error))
            }
        }
        let group = MultiThreadedEventLoopGroup(numberOfThreads: self.plan.threads)
        var workers: [LoadWorker] = []
        for thread in 0..<self.plan.threads {
            workers.append(LoadWorker(loop: group.next(), thread: thread, plan: self.plan, servers: servers))
        }
        let result: Result<BenchResult, any Error>
        do { result = .success(try await self.result(workers)) } catch { result = .failure(error) }
        try? await group.shutdownGracefully()
        return try result.get()
    }

    private func result(_ workers: [LoadWorker]) async throws -> BenchResult {
        let before = self.serverUsage
        let connected = try await self.bring(workers, .connecting)
        let joined = try await self.bring(workers, .joining)
        var result = BenchResult(plan: self.plan, connected: connected, joined: joined)
        if let before, let joined = self.serverUsage {
            result.server = .init(before: before.residentBytes, joined: joined.residentBytes)
        }
        await self.load(workers, &result)
        await self.settle(workers, &result)
        result.isInterrupted = Task.isCancelled
        for worker in workers {
            result.meter.add(await worker.finish())
            if result.firstEnd == nil { result.firstEnd = await worker.state().end }
        }
        return result
    }

    // MARK: Before the load

    private func bring(_ workers: [LoadWorker], _ phase: LoadPhase) async throws -> PhaseProgress {
        for worker in workers { await worker.begin(phase) }
        var progress = PhaseProgress()
        var end: LoadEnd?
        while true {
            let before = progress
            (progress, end) = await self.progress(workers)
            if progress.done == self.plan.clients { return progress }
            self.show(phase.count(progress.done, of: self.plan.clients))
            let isOver = progress.done + progress.failed == self.plan.clients
            let isStuck = before == progress && Self.now - max(progress.start, progress.last) > Self.patience
            if isOver || isStuck || Task.isCancelled { break }
            try? await Task.sleep(for: .milliseconds(20))
        }
        for worker in workers { _ = await worker.finish() }
        guard !Task.isCancelled else {
            throw BenchFailure(
                status: .interrupted,
                message: Sentence("interrupted before anything was measured").text()
            )
        }
        throw BenchFailure(phase, progress, of: self.plan.clients, end)
    }

    private func progress(_ workers: [LoadWorker]) async -> (PhaseProgress, LoadEnd?) {
        var (sum, end) = await workers[0].state()
        for worker in workers.dropFirst() {
            let other = await worker.state()
            sum = sum + other.progress
            end = end ?? other.end
        }
        return (sum, end)
    }

    // MARK: The load

    private func load(_ workers: [LoadWorker], _ result: inout BenchResult) async {
        let start = Self.now + 20_000_000
        let measured = start + self.plan.warmup.nanoseconds
        let end = measured + self.plan.duration.nanoseconds
        for worker in workers { await worker.load(from: start, measuring: measured..<end) }
        await self.sleep(until: measured, workers, "warming up, {seconds} s to go: {rate} deliveries/s")
        let before = await self.threadTimes(workers)
        let used = self.serverUsage
        let begun = Self.now
        await self.sleep(until: end, workers, "measuring, {seconds} s to go: {rate} deliveries/s")
        let over = min(Self.now, end)
        if let used, let now = self.serverUsage {
            result.server?.time = now.time - used.time
            result.server?.end = now.residentBytes
        }
        let after = await self.threadTimes(workers)
        let wall = max(1, Self.now - begun)
        for worker in workers { await worker.stop(at: over) }
        result.nanoseconds = max(0, over - measured)
        result.busy = zip(before, after).map { Double($1 - $0) / Double(wall) }
    }

    private func threadTimes(_ workers: [LoadWorker]) async -> [Int] {
        var times: [Int] = []
        for worker in workers { times.append(await worker.threadTime()) }
        return times
    }

    /// Sleeps, and shows the progress twice a second; ends early when no connection is left or the run is ended.
    private func sleep(until end: Int, _ workers: [LoadWorker], _ progress: String) async {
        var last = 0
        while !Task.isCancelled {
            let rest = end - Self.now
            guard rest > 0 else { return }
            try? await Task.sleep(for: .nanoseconds(min(rest, 500_000_000)))
            var (delivered, living) = (0, 0)
            for worker in workers {
                let counts = await worker.counts()
                delivered += counts.delivered
                living += counts.living
            }
            guard living > 0 else { return }
            let perSecond = Decimals.grouped(max(0, delivered - last) * 2)
            let seconds = "\(max(0, end - Self.now) / 1_000_000_000 + 1)"
            self.show(Sentence(progress, ["seconds": seconds, "rate": perSecond]).text())
            last = delivered
        }
    }

    /// Waits for messages and answers on their way; those that do not come count as missing.
    private func settle(_ workers: [LoadWorker], _ result: inout BenchResult) async {
        let end = Self.now + Self.drain
        repeat {
            var heads: [Int: Int] = [:]
            for worker in workers { heads.merge(await worker.heads()) { max($0, $1) } }
            (result.missing, result.unanswered) = (0, 0)
            for worker in workers {
                let outstanding = await worker.outstanding(heads)
                result.missing += outstanding.messages
                result.unanswered += outstanding.answers
            }
            guard result.missing + result.unanswered > 0 else { return }
            self.show(Sentence("waiting for {count} messages", ["count": Decimals.grouped(result.missing)]).text())
            try? await Task.sleep(for: .milliseconds(20))
        } while Self.now < end && !Task.isCancelled
        // An interrupted run does not wait for messages that are on their way, and cannot say that they are lost.
        if Task.isCancelled { result.missing = 0 }
    }
}

extension BenchFailure {
    /// Not all clients got far enough for the load to begin.
    init(_ phase: LoadPhase, _ progress: PhaseProgress, of clients: Int, _ end: LoadEnd?) {
        self.status = .unavailable
        self.message = "\(phase.count(progress.done, of: clients)): \(end?.reason ?? Phrase.noAnswer())"
        if case .refused(let status, let code, _) = end {
            if status == 429 || code == "rate_limited" { self.message += "; \(BenchResult.unlimited.text())" }
            if status == 401 { self.status = .tokenRefused }
            if status == 403 { self.status = .forbidden }
        }
    }
}

extension LoadPhase {
    /// The number of clients that have completed it.
    fileprivate func count(_ done: Int, of total: Int) -> String {
        let english =
            switch self {
            case .connecting: "{count} of {total} clients connected"
            case .joining: "{count} of {total} clients joined"
            }
        return Sentence(english, ["count": Decimals.grouped(done), "total": Decimals.grouped(total)]).text()
    }
}

extension Duration {
    fileprivate var nanoseconds: Int { Int(self / .nanoseconds(1)) }
}
