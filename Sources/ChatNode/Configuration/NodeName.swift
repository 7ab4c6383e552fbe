import Foundation

/// The name of a node, as clients see it.
package enum NodeName: Equatable, Sendable {
    /// The name that the operator chose.
    case given(String)
    /// After the machine and the port, which is known when the node listens.
    case hostAndPort

    /// The most bytes of a given name: it is in each client's welcome.
    package static let maximumBytes = 255

    /// Takes a name; nil when it is too long, or no line of its own.
    package init?(_ text: String) {
        let isLine = text.unicodeScalars.allSatisfy {
            switch $0.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator: false
            default: true
            }
        }
        guard isLine, (1...Self.maximumBytes).contains(text.utf8.count) else { return nil }
        self = .given(text)
    }

    /// The name of a node that listens on a port.
    package func text(port: Int) -> String {
        switch self {
        case .given(let name): name
        case .hostAndPort: "\(ProcessInfo.processInfo.hostName):\(port)"
        }
    }
}
