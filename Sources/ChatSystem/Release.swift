/// The release that the programs belong to, said in one place for both.
///
/// `scripts/changes.sh release` writes it, together with the changelog and the version of the OpenAPI document. A build between
/// two releases says the earlier one.
package enum Release {
    /// The version, by the rules of CONTRIBUTING.md: three numbers with dots between.
    package static let version = "0.1.0"
}
