package import ChatClient
internal import ChatCore
package import ChatSystem

extension ExitStatus {
    /// What an error of the client means for the program.
    package init(_ error: ClientError) {
        switch error.code {
        case .invalid: self = .usage
        case .refused, .disconnected:
            switch error.refusal?.code {
            case .unauthorized, .forbidden: self = .unauthorized
            case .some: self = .refused
            case nil: self = .disconnected
            }
        case .closed, .cancelled: self = .timeout
        case .storage, .locked: self = .storage
        default: self = .software
        }
    }
}
