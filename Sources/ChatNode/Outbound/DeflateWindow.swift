import ChatHTTP

/// The windows with which messages are compressed, by their bits.
///
/// There are few of them, so that a room's messages are compressed twice at most, whatever its members ask for. A larger
/// one makes texts of a chat no shorter.
enum DeflateWindow: Int {
    case small = 9
    case large = 12

    /// The largest one that a connection allows.
    init(_ terms: DeflateTerms) { self = terms.window >= Self.large.rawValue ? .large : .small }
}

/// A value for each of the windows.
struct PerWindow<Value> {
    private var small: Value
    private var large: Value

    init(_ value: Value) { (self.small, self.large) = (value, value) }

    subscript(window: DeflateWindow) -> Value {
        get {
            switch window {
            case .small: self.small
            case .large: self.large
            }
        }
        set {
            switch window {
            case .small: self.small = newValue
            case .large: self.large = newValue
            }
        }
    }
}

extension PerWindow: Equatable where Value: Equatable {}
