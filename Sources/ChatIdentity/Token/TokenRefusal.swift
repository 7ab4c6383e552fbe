/// Why a token is not taken.
package enum TokenRefusal: Error, Hashable, Sendable {
    /// It was good, and its time is over: a fresh one is welcome.
    case expired
    /// It is not valid here, and waiting does not help. The reason is for people, and shows nothing of the token.
    case invalid(String)
    /// It names a key that is not known, and that is certain: the keys were had after it came.
    case unknownKey
    /// The keys that tell cannot be had now, or not soon enough.
    case keysUnavailable
}
