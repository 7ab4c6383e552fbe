/// A certificate for `localhost` that signed itself, valid from 2020 to 2120, and its key.
///
/// Both are for these tests alone, and known to everybody.
package enum TestCertificate {
    package static let certificate = """
        -----BEGIN CERTIFICATE-----
        MIIBaDCCAQ2gAwIBAgIBATAKBggqhkjOPQQDAjAUMRIwEAYDVQQDDAlsb2NhbGhv
        c3QwIBcNMjAwMTAxMDAwMDAwWhgPMjEyMDAxMDEwMDAwMDBaMBQxEjAQBgNVBAMM
        CWxvY2FsaG9zdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABB4Dkq8UbHKaYruq
        R3uhCpt/sh/jsI+GZEzKo0EhhZ6Qbsyp3gtiQXtHP0sPUMzaCC6R9bIlJMMbVYIa
        5Bq9U6ujTjBMMA8GA1UdEwEB/wQFMAMBAf8wGgYDVR0RBBMwEYIJbG9jYWxob3N0
        hwR/AAABMB0GA1UdDgQWBBT7d773S6Gy+a6dkPq1DPyqBg+zmjAKBggqhkjOPQQD
        AgNJADBGAiEA1SAQb+PFETdZ6tpefVp/nEBV2/gK9mO6N4ZTVgnnuDsCIQDBmrM9
        YEuJ4xsXfXidcl5GHM63VFBKuti/cLQ3KZlrww==
        -----END CERTIFICATE-----
        """

    package static let key = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg/IXo2x2WV5PjMe6s
        7q9nOguqIC05NwX7s/Zy8nSNdYyhRANCAAQeA5KvFGxymmK7qkd7oQqbf7If47CP
        hmRMyqNBIYWekG7Mqd4LYkF7Rz9LD1DM2ggukfWyJSTDG1WCGuQavVOr
        -----END PRIVATE KEY-----
        """
}
