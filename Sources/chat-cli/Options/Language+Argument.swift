internal import ArgumentParser
internal import ChatWords

extension Language: ExpressibleByArgument {}
