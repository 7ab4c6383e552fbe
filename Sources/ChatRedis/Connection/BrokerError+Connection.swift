internal import ChatCore
internal import Foundation
internal import NIOCore
internal import NIOPosix
internal import NIOSSL

extension BrokerError {
    /// The reason why a connection could not be made, or broke, in words of the system or of TLS, without an address.
    init(connection error: any Error) {
        switch error {
        case let error as NIOConnectionError:
            if error.connectionErrors.isEmpty, error.dnsAError != nil || error.dnsAAAAError != nil {
                self.init(.away, "the host of Redis cannot be resolved")
            } else if let first = error.connectionErrors.last {
                self.init(connection: first.error)
            } else {
                self = .isAway
            }
        case is SocketAddressError.UnknownHost: self.init(.away, "the host of Redis cannot be resolved")
        case ChannelError.connectTimeout: self.init(.away, "Redis cannot be reached in time")
        case let error as IOError:
            self.init(.away, "Redis cannot be reached: \(String(cString: strerror(error.errnoCode)))")
        case NIOSSLError.handshakeFailed(let error): self.init(tls: "\(error)")
        case NIOSSLError.unableToValidateCertificate, NIOSSLError.noCertificateToValidate:
            self.init(.away, "the certificate of Redis is not trusted (--redis-ca)")
        case is NIOSSLExtraError: self.init(.away, "the certificate of Redis is for another host")
        case is BoringSSLError: self.init(tls: "\(error)")
        default: self = .wasLost
        }
    }

    /// Reads the reason in BoringSSL's text for a failed handshake, such as
    /// `… error:1000007d:SSL routines:OPENSSL_internal:CERTIFICATE_VERIFY_FAILED at …`.
    private init(tls text: String) {
        let after = text.firstRange(of: "OPENSSL_internal:").map { text[$0.upperBound...] } ?? ""
        let reason = after.prefix { $0 == "_" || $0.isASCII && ($0.isUppercase || $0.isNumber) }
        switch reason {
        case "CERTIFICATE_VERIFY_FAILED": self.init(.away, "the certificate of Redis is not trusted (--redis-ca)")
        case "WRONG_VERSION_NUMBER": self.init(.away, "Redis speaks no TLS at this address (rediss://)")
        case "": self.init(.away, "TLS with Redis failed")
        default: self.init(.away, "TLS with Redis failed: \(reason)")
        }
    }
}
