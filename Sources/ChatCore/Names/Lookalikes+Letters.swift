extension Lookalikes {
    /// What a letter looks like, and then the letters that look like it, in hexadecimal.
    ///
    /// A subset of the data of Unicode Technical Standard 39: letters of Latin, Greek, Cyrillic, Armenian, Cherokee,
    /// Coptic and Lisu; hyphens, apostrophes, dots; some signs of Kana and Han; Hangul letters at the end of a syllable.
    /// Compatibility decomposition knows the rest. `Tests/Vectors/lookalikes.json` has the same table, and so does the
    /// page.
    static let letters = """
        a 0251 0391 03B1 0410 0430 13AA 1D00 A4EE
        b 0184 0185 0299 0392 03B2 0412 042C 0432 044C 13CF 13F4 A4D0 A7B4
        c 0421 0441 13DF 1D04 2CA4 2CA5 A4DA ABAF
        d 0500 0501 13A0 13E7 1D05 A4D2 A4D3
        e 0395 03B5 0415 0435 04BC 04BD 13AC 1D07 A4F0
        f 03DC 03DD 0584 A4DD A730 A798 A799
        g 0261 0262 050C 050D 0581 13C0 13F3 A4D6
        h 029C 0397 03B7 041D 043D 04BA 04BB 0570 13BB 13C2 2C8E A4E7
        j 037F 03F3 0408 0458 13AB 1D0A A4D9 A7B2
        k 039A 03BA 041A 043A 13E6 1D0B 2C94 A4D7
        l 0031 0069 007C 0131 0196 01C0 0269 026A 029F 0399 03B9 0406 0456 04C0 04CF 053C 056C 13A5 13DE 2C92 2CD0 A4E1 A4F2 A647
        n 0274 039D 0578 057C 2C9A A4E0
        o 0030 039F 03BF 03C2 03C3 041E 043E 0555 0585 1D0F 1D11 2C9E 2C9F A4F3
        p 03A1 03C1 0420 0440 13E2 1D18 2CA2 2CA3 A4D1
        q 051A 051B 0563 0566
        r 01A6 0280 0433 13A1 13D2 1D26 A4E3
        rn 006D 039C 03BC 03FA 041C 043C 13B7 1D0D 2C98 A4DF
        s 01BD 0405 0455 054F 13D5 13DA A4E2 A731
        t 03A4 03C4 0422 0442 13A2 1D1B 2CA6 A4D4
        u 028B 03C5 054D 057D 1D1C A4F4
        v 03BD 0474 0475 13D9 1D20 A4E6
        vv 0077 026F 0460 0461 051C 051D 0561 13B3 13D4 1D21 A4EA
        x 03A7 03C7 0425 0445 2CAC A4EB A7B3
        y 0263 028F 03A5 03B3 0423 0443 04AE 04AF 13A9 13BD 2CA8 A4EC
        z 0396 03B6 13C3 1D22 A4DC
        2 01A7
        3 01B7 0417 0437 04E0 2CCC A7AB
        4 13CE
        5 01BC
        6 0431 13EE
        8 0222 0223
        - 02D7 1173 2010 2012 2013 2014 2015 2043 2212 30FC 31D0 4E00 A7F7
        ' 0060 02B9 02BB 02BC 02BD 02BE 02C8 2018 2019 201B 2032 2035 A78C
        00B7 16EB 2022 2027 2219 22C5 2E31 30FB A78F
        3078 30D8
        30CB 4E8C
        30ED 53E3 56D7
        30AB 529B
        30BF 5915
        30A8 5DE5
        30C8 535C
        30CF 516B
        4E28 1175
        1100 11A8
        1101 11A9
        1102 11AB
        1103 11AE
        1105 11AF
        1106 11B7
        1107 11B8
        1109 11BA
        110A 11BB
        110B 11BC
        110C 11BD
        110E 11BE
        110F 11BF
        1110 11C0
        1111 11C1
        1112 11C2
        """

    /// What each letter of the table looks like.
    static let likeness = Lookalikes.read(Lookalikes.letters)

    private static func read(_ table: String) -> [Unicode.Scalar: String] {
        var likeness: [Unicode.Scalar: String] = [:]
        for row in table.split(separator: "\n") {
            let fields = row.split(separator: " ")
            let sign = fields[0].utf8.count == 4 ? self.scalar(fields[0]).map { String($0) } : String(fields[0])
            for field in fields.dropFirst() { if let scalar = self.scalar(field) { likeness[scalar] = sign } }
        }
        return likeness
    }

    private static func scalar(_ hexadecimal: Substring) -> Unicode.Scalar? {
        UInt32(hexadecimal, radix: 16).flatMap(Unicode.Scalar.init)
    }
}
