// What Prometheus' own clients tell of a process, by their names.
extension Metric {
    static let processorTime = counter(
        "process_cpu_seconds_total",
        help: "Processor time of the process, in user and system mode, in seconds."
    )
    static let residentMemory = gauge(
        "process_resident_memory_bytes",
        help: "Memory of the process that is in RAM, in bytes."
    )
    static let virtualMemory = gauge("process_virtual_memory_bytes", help: "Address space of the process, in bytes.")
    static let openDescriptors = gauge("process_open_fds", help: "File descriptors that are open.")
    static let maximumDescriptors = gauge("process_max_fds", help: "The most file descriptors that may be open.")
    static let startTime = gauge(
        "process_start_time_seconds",
        help: "When the process started, in seconds since the Unix epoch."
    )

    /// All of them, in the order in which they are shown.
    static let ofProcess = [
        processorTime, residentMemory, virtualMemory, openDescriptors, maximumDescriptors, startTime,
    ]

    /// Everything that `GET /metrics` shows.
    static let all = ofNode + ofBroker + ofProcess
}
