internal import CMalloc

/// The memory from which the C library, and so Swift, allocates.
package enum Heap {
    /// Gives pages that hold nothing back to the system; they would otherwise stay with the process.
    ///
    /// It goes through every free block, and a thread that allocates meanwhile may wait: some 20 ms for each 100 MB that
    /// are free. It is a matter for a quiet time.
    package static func giveBackFreePages() { _ = malloc_trim(0) }
}
