internal import ChatClient
internal import ChatCore
internal import Glibc

// MARK: - What is pressed

extension JoinSession {
    /// How long after Escape another byte can belong to the same key.
    private static let escapeTimeout: Int32 = 40
    /// How long a session that is left waits for what was not confirmed yet.
    private static let farewell: Duration = .seconds(2)

    func takeKeys() async -> End? {
        let input = StandardInput()
        var decoder = KeyDecoder()
        while true {
            let keys: [Key]
            switch await input.read(within: decoder.isAmbiguous ? Self.escapeTimeout : nil) {
            case .bytes(let bytes): keys = decoder.feed(bytes)
            case .timeout: keys = decoder.flush().map { [$0] } ?? []
            case .end: return Task.isCancelled ? nil : End(cause: .signal(SIGHUP))
            }
            for key in keys where await self.press(key) { return await self.leave() }
        }
    }

    /// - Returns: Whether the user wants to leave.
    private func press(_ key: Key) async -> Bool {
        switch key {
        case .control("d") where self.editor.isEmpty: return true
        case .control("c"):
            if self.editor.isEmpty { self.notice(Notices.howToLeave) } else { self.edit(.clear) }
        case .control("l"): self.clear()
        case .control("z"): self.suspend()
        case .special(.tab, _): self.complete()
        case .alt(let digit) where digit.isASCII && digit.isNumber:
            let index = (digit.wholeNumberValue ?? 0) - 1
            if self.rooms.indices.contains(index) { self.switchTo(self.rooms[index]) }
        case .text, .paste, .control, .alt, .special:
            guard let command = EditCommand(key) else { return false }
            guard case .submit(let line) = self.editor.apply(command) else {
                self.redraw()
                return false
            }
            self.redraw()
            return await self.enter(line)
        }
        return false
    }

    private func edit(_ command: EditCommand) {
        _ = self.editor.apply(command)
        self.redraw()
    }

    /// Puts the terminal back and stops; `SIGCONT` brings the input line back.
    private func suspend() {
        Output.write(self.screen.hide())
        Terminal.restore()
        kill(getpid(), SIGSTOP)
    }

    private func leave() async -> End {
        let deadline = ContinuousClock.now + Self.farewell
        if self.pending > 0, case .connected = self.connection {
            while self.pending > 0, .now < deadline { try? await Task.sleep(for: .milliseconds(20)) }
        }
        guard self.pending > 0 else { return End(cause: .status(.success)) }
        return End(cause: .status(.partial), notice: Notices.waiting(self.pending))
    }

    private func complete() {
        let word = String(self.editor.before.reversed().prefix { !$0.isWhitespace }.reversed())
        let isFirst = word.count == self.editor.before.count
        let names = (self.names[self.current] ?? [:]).values.filter { !word.isEmpty && $0.hasPrefix(word) }.sorted()
        let candidates = isFirst && word.hasPrefix("/") ? SlashCommand.completions(of: word) : names
        guard let first = candidates.first else { return }
        if candidates.count > 1 { self.notice(candidates.joined(separator: "  ")) }
        let common = candidates.dropFirst().reduce(first) { String($0.commonPrefix(with: $1)) }
        let ending = candidates.count > 1 ? "" : isFirst && !word.hasPrefix("/") ? ": " : " "
        self.edit(.insert(common.dropFirst(word.count) + ending))
    }
}

// MARK: - What is entered

extension JoinSession {
    /// - Returns: Whether the user wants to leave.
    private func enter(_ line: String) async -> Bool {
        switch Input(line) {
        case .nothing: return false
        case .say(let text): await self.say(text, .text)
        case .unknown: self.warn(Notices.noSuchCommand)
        case .command(.quit, _): return true
        case .command(let action, let argument): await self.perform(action, argument)
        }
        return false
    }

    private func say(_ text: String, _ kind: MessageKind) async {
        do throws(ClientError) {
            let sent = try await self.client.enqueue(self.current, text, kind: kind)
            self.pending += 1
            self.later { await self.settle(sent, text) }
            if case .connected = self.connection {} else { self.redraw() }
        } catch {
            self.warn(Notices.unsent(text, error.message))
        }
    }

    private func settle(_ sent: PendingSend, _ text: String) async {
        do throws(ClientError) {
            _ = try await sent.receipt()
            self.pending -= 1
            self.redraw()
        } catch {
            guard error.code != .cancelled, error.code != .closed else { return }
            self.pending -= 1
            self.warn(Notices.unsent(text, error.message))
        }
    }

    private func perform(_ action: SlashCommand.Action, _ argument: String) async {
        switch action {
        case .help: self.draw(SlashCommand.helpLines.map(self.formatter.notice))
        case .quit: break
        case .clear: self.clear()
        case .me: if argument.isEmpty { self.warn(Notices.nothingToDo) } else { await self.say(argument, .action) }
        case .nick: self.rename(argument)
        case .who:
            self.ask { client, room throws(ClientError) in
                Notices.members(room, try await client.members(room))
            }
        case .history: self.recall(Int(argument) ?? 20)
        case .join:
            self.withRoom(argument) { room in
                self.join(room)
                self.switchTo(room)
            }
        case .switchRoom:
            self.withRoom(argument) { room in
                if self.rooms.contains(room) { self.switchTo(room) } else { self.warn(Notices.notIn(room)) }
            }
        case .leave: self.withRoom(argument.isEmpty ? self.current.rawValue : argument) { self.leave($0) }
        }
    }

    private func withRoom(_ name: String, _ body: (RoomName) -> Void) {
        do throws(ProtocolError) {
            body(try RoomName(name.hasPrefix("#") ? String(name.dropFirst()) : name))
        } catch {
            self.warn(error.message)
        }
    }

    private func leave(_ room: RoomName) {
        guard self.rooms.contains(room) else { return self.warn(Notices.notIn(room)) }
        guard self.rooms.count > 1 else { return self.warn(Notices.lastRoom) }
        self.forget(room)
        self.redraw()
        self.later { [client] in try? await client.leave(room) }
    }

    private func rename(_ argument: String) {
        do throws(ProtocolError) {
            let name = try UserName(argument)
            self.ask { client, _ throws(ClientError) in
                Notices.renamed(try await client.rename(name).name)
            }
        } catch {
            self.warn(error.message)
        }
    }

    private func recall(_ count: Int) {
        let room = self.current
        self.later {
            do throws(ClientError) {
                let page = try await self.client.history(room, limit: max(1, count))
                await self.draw(page.messages.flatMap(self.formatter.lines))
            } catch {
                await self.warn(error.message)
            }
        }
    }

    /// Asks the server something and tells what it says.
    private func ask(_ question: @escaping @Sendable (ChatClient, RoomName) async throws(ClientError) -> String) {
        let (client, room) = (self.client, self.current)
        self.later {
            do throws(ClientError) {
                await self.notice(try await question(client, room))
            } catch {
                await self.warn(error.message)
            }
        }
    }
}

extension String {
    fileprivate func commonPrefix(with other: String) -> Substring {
        self.prefix(zip(self, other).prefix { $0 == $1 }.count)
    }
}
