internal import ChatWords

/// Numbers as people read them; always with a point, whatever the locale.
enum Decimals {
    /// Digits in groups of three.
    static func grouped(_ value: Int) -> String {
        let digits = String(value.magnitude)
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index).isMultiple(of: 3) { text.append(",") }
            text.append(digit)
        }
        return value < 0 ? "-" + text : text
    }

    /// A count with a noun, given the English singular.
    static func count(_ value: Int, _ name: String) -> String {
        Sentence("{count} \(name)\(value == 1 ? "" : "s")", ["count": self.grouped(value)]).text()
    }

    /// A number with the given count of decimal places; NaN and infinity become 0.
    static func fixed(_ value: Double, _ places: Int) -> String {
        guard value.isFinite, abs(value) < 1e15 else { return "0" }
        var scale = 1
        for _ in 0..<places { scale *= 10 }
        let scaled = Int((abs(value) * Double(scale)).rounded())
        let sign = value < 0 && scaled > 0 ? "-" : ""
        guard places > 0 else { return sign + String(scaled) }
        let fraction = String(scaled % scale)
        return "\(sign)\(scaled / scale)." + String(repeating: "0", count: places - fraction.count) + fraction
    }

    /// Nanoseconds as milliseconds, to three digits or so.
    static func milliseconds(_ nanoseconds: Int) -> String {
        let value = Double(nanoseconds) / 1e6
        return self.fixed(value, value < 1 ? 3 : value < 100 ? 2 : 1)
    }

    /// A text, aligned right in a column.
    static func right(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - CellWidth.of(text))) + text
    }

    /// A text, aligned left in a column.
    static func left(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - CellWidth.of(text)))
    }
}
