/// The source of tokens for servers that require them (docs/PROTOCOL.md, section 1).
///
/// A client asks it before each connection, and before the token that it uses ends, so that it never keeps one for
/// longer than that.
public struct TokenProvider: Sendable {
    /// The most bytes of a token.
    public static let maximumBytes = 8192
    /// The longest time for a token, after which the try counts as failed.
    public static let patience: Duration = .seconds(60)

    /// Whether every token is the same one: then another try gives nothing new.
    let isFixed: Bool
    private let provide: @Sendable () async throws(TokenFailure) -> String

    /// Makes a source of tokens.
    ///
    /// - Parameter provide: Gives a token that is good for some time yet. It is cancelled with the client, and when it
    ///   takes longer than ``patience``.
    public init(_ provide: @escaping @Sendable () async throws(TokenFailure) -> String) {
        self.init(isFixed: false, provide)
    }

    private init(isFixed: Bool, _ provide: @escaping @Sendable () async throws(TokenFailure) -> String) {
        self.isFixed = isFixed
        self.provide = provide
    }

    /// One token for the whole life of the client, which ends with it.
    ///
    /// - Parameter token: The token.
    /// - Returns: Its source.
    public static func fixed(_ token: String) -> TokenProvider {
        TokenProvider(isFixed: true) { () throws(TokenFailure) in token }
    }

    /// Asks for a token.
    ///
    /// - Returns: A token that can stand in a header.
    /// - Throws: ``TokenFailure``.
    func token() async throws(TokenFailure) -> String {
        let result = await withTaskGroup(of: Result<String, TokenFailure>.self) { group in
            group.addTask {
                do throws(TokenFailure) { return .success(try await self.provide()) } catch { return .failure(error) }
            }
            group.addTask {
                try? await Task.sleep(for: Self.patience)
                return .failure(TokenFailure("no token came in time"))
            }
            defer { group.cancelAll() }
            return await group.next() ?? .failure(TokenFailure("no token came in time"))
        }
        let token = try result.get()
        // Anything else could end the header that it stands in, and begin another one.
        guard 1...Self.maximumBytes ~= token.utf8.count, token.utf8.allSatisfy({ 0x21...0x7E ~= $0 }) else {
            throw TokenFailure("a token has 1 to \(Self.maximumBytes) visible ASCII characters", isFinal: self.isFixed)
        }
        return token
    }
}

/// The reason why there is no token.
public struct TokenFailure: Error, Equatable, Sendable {
    /// The reason, for people; it contains no part of a token.
    public var message: String
    /// Whether another try would fail in the same way.
    ///
    /// This counts until the server has welcomed the client: after that the client goes on trying.
    public var isFinal: Bool

    /// Makes a failure.
    ///
    /// - Parameters:
    ///   - message: The reason, for people; it contains no part of a token.
    ///   - isFinal: Whether another try would fail in the same way.
    public init(_ message: String, isFinal: Bool = false) {
        self.message = message
        self.isFinal = isFinal
    }
}
