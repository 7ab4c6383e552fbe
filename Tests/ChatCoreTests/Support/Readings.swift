@testable import ChatCore

/// Runs what must throw a ``ProtocolError`` and gives its code.
func code<Value>(of body: () throws(ProtocolError) -> Value) -> ProtocolError.Code? {
    do {
        _ = try body()
        return nil
    } catch {
        return error.code
    }
}

extension Publication {
    /// What the message says.
    var text: String? { (try? JSONValue(self.payload))?["text"]?.string }
}
