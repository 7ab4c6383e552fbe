import ChatNode
import ChatSettings
import Foundation
import Testing

@testable import ChatServer

@Suite(.patience)
struct SettingsChangeTests {
    private func read(_ flags: [String: String]) async throws -> ReadSettings {
        try await ReadSettings(Settings.ofServer(flags: flags, environment: [:], file: nil))
    }

    private func change(
        _ start: [String: String],
        _ old: [String: String],
        _ new: [String: String]
    ) async throws -> SettingsChange {
        SettingsChange(from: try await self.read(old), to: try await self.read(new), start: try await self.read(start))
    }

    @Test func `what is taken is told with its values, and what is not by its name alone`() async throws {
        let new = ["log-level": "debug", "limits.text-bytes": "7", "port": "1", "redis": "redis://:s3cret@localhost"]
        let change = try await self.change([:], [:], new)
        #expect(change.taken == ["log-level: info → debug", "text-bytes: 8192 → 7"])
        #expect(change.left == ["port", "redis"])
    }

    @Test func `a setting that needs a restart is told when it changes, and not when it is put back`() async throws {
        #expect(try await self.change([:], ["port": "1"], ["port": "1"]).left == [])
        #expect(try await self.change([:], ["port": "1"], ["port": "2"]).left == ["port"])
        #expect(try await self.change([:], ["port": "1"], [:]).left == [])
    }

    @Test func `a new certificate is told by its end, and encryption is not begun`() async throws {
        try await TestCertificates.with { certificates in
            let (one, other) = (try await certificates.issue("one"), try await certificates.issue("other"))
            let start = ["tls-certificate": one.certificate, "tls-key": one.key]
            let old = try await self.read(start)
            // The same files with other contents.
            try FileManager.default.removeItem(atPath: one.certificate)
            try FileManager.default.removeItem(atPath: one.key)
            try FileManager.default.copyItem(atPath: other.certificate, toPath: one.certificate)
            try FileManager.default.copyItem(atPath: other.key, toPath: one.key)
            let change = SettingsChange(from: old, to: try await self.read(start), start: old)
            #expect(change.taken.count == 1)
            #expect(change.taken.allSatisfy { $0.hasPrefix("the certificate, until 20") })
            #expect(try await self.change([:], [:], start).left == ["tls-certificate", "tls-key"])
            #expect(try await self.change([:], [:], start).taken == [])
        }
    }

    @Test func `a certificate that has expired does not replace another one`() async throws {
        try await TestCertificates.with { certificates in
            let good = try await certificates.issue("good")
            let file = certificates.path("expired.pem")
            try Data(ExpiredCertificate.pem.utf8).write(to: URL(filePath: file))
            let old = try await self.read(["tls-certificate": good.certificate, "tls-key": good.key])
            let new = try await self.read(["tls-certificate": file])
            #expect(throws: SettingError.self) { try new.checkExpiry(insteadOf: old, now: Date()) }
            // At the start there is none to keep.
            try new.checkExpiry(insteadOf: new, now: Date())
            try new.checkExpiry(insteadOf: old, now: Date(timeIntervalSince1970: 0))
        }
    }

    @Test func `the default names go by the address that the node listens on`() async throws {
        let start = try await self.read([:])
        #expect(try await self.read(["host": "0.0.0.0"]).reloadable(start: start).hosts == .local)
        #expect(try await self.read(["host": "0.0.0.0", "hosts": "*"]).reloadable(start: start).hosts == .any)
    }

    @Test func `a setting that names a file is one that is reloaded`() {
        #expect(Setting.files.allSatisfy { Setting.reloaded.contains($0) })
    }
}
