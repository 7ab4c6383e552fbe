internal import ArgumentParser
internal import ChatClient
internal import ChatCore
internal import Glibc

/// What every command has to know: where the server is, and who asks.
struct ServerOptions: ParsableArguments {
    @Option(help: "The server's address. (default: $CHAT_SERVER, or ws://127.0.0.1:8080/ws)")
    var server: String?

    @Option(help: "The name to be known by. (default: $CHAT_NAME, or one that the server gives)")
    var name: String?

    @Option(help: "A file with a token, for servers that demand one. (default: $CHAT_TOKEN)")
    var tokenFile: String?

    @Option(help: "A PEM file of certificate authorities to trust in place of the system's.")
    var caFile: String?

    /// - Throws: `ValidationError` when something is not valid.
    func configuration() throws -> ChatClient.Configuration {
        do {
            let address = self.server ?? Environment["CHAT_SERVER"] ?? "ws://127.0.0.1:8080/ws"
            var configuration = ChatClient.Configuration(server: try ServerAddress(address))
            if let name = self.name ?? Environment["CHAT_NAME"] { configuration.name = try UserName(name) }
            configuration.token = try self.token()
            configuration.trustedAuthorities = self.caFile
            return configuration
        } catch let error as ClientError {
            throw ValidationError(error.message)
        } catch let error as ProtocolError {
            throw ValidationError(error.message)
        }
    }

    private func token() throws -> String? {
        guard let tokenFile else { return Environment["CHAT_TOKEN"] }
        guard let file = fopen(tokenFile, "r") else { throw ValidationError("\(tokenFile) cannot be read") }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 8192)
        let count = fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes.prefix(count), as: UTF8.self).trimmingWhitespace
    }
}

/// When output is coloured.
enum ColorChoice: String, ExpressibleByArgument, CaseIterable {
    case auto, always, never

    /// `auto` means: on a terminal, unless NO_COLOR is set (no-color.org).
    var palette: Palette {
        switch self {
        case .always: Palette(isColored: true)
        case .never: Palette(isColored: false)
        case .auto: Palette(isColored: isatty(STDOUT_FILENO) == 1 && (Environment["NO_COLOR"] ?? "").isEmpty)
        }
    }
}

enum Environment {
    /// The value of a variable; nil when it is not set.
    static subscript(name: String) -> String? { getenv(name).map { String(cString: $0) } }
}

enum RoomArgument {
    /// Reads a room from the command line, with or without the `#` that people write before it.
    static func parse(_ argument: String) throws -> RoomName {
        do {
            return try RoomName(argument.hasPrefix("#") ? String(argument.dropFirst()) : argument)
        } catch {
            throw ValidationError(error.message)
        }
    }
}
