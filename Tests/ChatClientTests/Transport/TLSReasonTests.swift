import Testing

@testable import ChatClient

@Suite(.patience) struct TLSReasonTests {
    @Test(
        arguments: [
            ("CERTIFICATE_VERIFY_FAILED", "the certificate is not trusted"),
            ("WRONG_VERSION_NUMBER", "the server speaks no TLS there"),
            ("TLSV1_ALERT_PROTOCOL_VERSION", "tlsv1 alert protocol version"),
        ]
    )
    func `of BoringSSL's errors the reason is told, and not where in its sources it stands`(code: String, told: String)
    {
        let error = """
            handshakeFailed(NIOSSL.BoringSSLError.sslError([Error: 268435703 error:100000f7:SSL \
            routines:OPENSSL_internal:\(code) at /sources/ssl/tls_record.cc:127]))
            """
        #expect(ChannelBootstrap.tlsReason(error) == told)
    }

    @Test func `an error of another kind is told by its name`() {
        #expect(ChannelBootstrap.tlsReason("uncleanShutdown") == "uncleanShutdown")
    }
}
