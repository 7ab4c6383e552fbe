/// The settings for moderators.
package struct ModerationConfiguration: Sendable {
    /// The key of the admin API; nil: there is none.
    package var adminKey: AdminKey?
    /// The file that keeps the rulings of a chat in memory; nil: they live as long as the node.
    package var file: String?

    package init() {}
}
