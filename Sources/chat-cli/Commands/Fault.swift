internal import ChatClient
internal import ChatCore

/// Why a command cannot begin or go on, told in one line.
///
/// The command line was understood, so its usage is not told.
struct Fault: Error, Equatable {
    /// Why, for people.
    var message: String
    /// With what the program ends.
    var status: ExitStatus

    init(_ message: String, _ status: ExitStatus = .usage) {
        self.message = message
        self.status = status
    }

    /// Does something that settings, files or addresses can make fail.
    ///
    /// - Throws: ``Fault`` in place of their errors.
    static func unless<Value>(_ status: ExitStatus = .usage, _ body: () async throws -> Value) async throws -> Value {
        do { return try await body() } catch { throw Self(of: error, status) ?? error }
    }

    static func unless<Value>(_ status: ExitStatus = .usage, _ body: () throws -> Value) throws -> Value {
        do { return try body() } catch { throw Self(of: error, status) ?? error }
    }

    private init?(of error: any Error, _ status: ExitStatus) {
        switch error {
        case let error as SettingError: self.init(error.message, status)
        case let error as ClientError: self.init(Words.of(error), status)
        case let error as ProtocolError: self.init(Words.of(error), status)
        default: return nil
        }
    }
}
