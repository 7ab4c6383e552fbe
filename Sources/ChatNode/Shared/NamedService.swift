package import ServiceLifecycle

/// A service of which the log says its type and nothing else.
///
/// The lifecycle library logs services on level debug with everything that they hold, which is also settings, the
/// environment, and the secrets in them.
package struct NamedService: Service, CustomStringConvertible {
    private let service: any Service

    package init(_ service: any Service) { self.service = service }

    package var description: String { "\(type(of: self.service))" }

    package func run() async throws { try await self.service.run() }
}
