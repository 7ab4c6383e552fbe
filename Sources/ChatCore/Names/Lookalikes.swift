internal import Foundation

/// Names that look alike: letters of several scripts, upper and lower case, `l` and `1`, `rn` and `m`.
///
/// Two names look alike when their skeletons are equal (Unicode Technical Standard 39, section 4, with case and spaces
/// left out of account, and with the letters of the table `letters` alone). The page has the same rule:
/// `Tests/Vectors/lookalikes.json` holds examples for both.
package enum Lookalikes {
    /// The text that all names that look like this one have in common; it is compared and never shown.
    ///
    /// The cost grows with the length of the name, which is bounded (``UserName``).
    package static func skeleton(of name: String) -> String {
        var skeleton = String.UnicodeScalarView()
        for scalar in name.decomposedStringWithCompatibilityMapping.unicodeScalars where !scalar.isInvisible {
            if scalar.isBlank {
                if skeleton.last != " " { skeleton.append(" ") }
            } else if scalar != Self.dotAbove || !(skeleton.last.map(Self.dotted.contains) ?? false) {
                skeleton.append(contentsOf: self.look(of: scalar).unicodeScalars)
            }
        }
        return String(skeleton)
    }

    private static func look(of scalar: Unicode.Scalar) -> String {
        if let sign = self.likeness[scalar] { return sign }
        let small = scalar.properties.lowercaseMapping
        return small.unicodeScalars.first.flatMap { self.likeness[$0] } ?? small
    }

    /// A dot that the dot of an i or a j hides.
    private static let dotAbove: Unicode.Scalar = "\u{307}"
    /// What letters with a dot look like.
    private static let dotted: Set<Unicode.Scalar> = ["l", "j"]
}
