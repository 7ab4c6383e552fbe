import Foundation

/// The name of a node, as clients see it.
package enum NodeName: Equatable, Sendable {
    /// The name that the operator chose.
    case given(String)
    /// After the machine and the port, which is known when the node listens.
    case hostAndPort

    /// The name of a node that listens on a port.
    package func text(port: Int) -> String {
        switch self {
        case .given(let name): name
        case .hostAndPort: "\(ProcessInfo.processInfo.hostName):\(port)"
        }
    }
}
