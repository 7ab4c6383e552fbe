import ChatSettings

/// The settings of the encryption of connections.
extension Setting {
    static let tlsCertificate = Setting(
        "tls-certificate",
        help: "A PEM file with the certificate to encrypt connections with (https, wss), and the chain behind it.",
        discussion: "Without it connections are not encrypted. A changed file is taken while the server runs."
    )
    static let tlsKey = Setting(
        "tls-key",
        help: "A PEM file with the key of the certificate, without a passphrase (the certificate's file)."
    )

    static let tls = [tlsCertificate, tlsKey]
}
