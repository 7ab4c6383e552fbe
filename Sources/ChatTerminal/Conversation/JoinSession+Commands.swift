internal import ChatClient
internal import ChatCore
internal import ChatWords

// MARK: - What is entered

extension JoinSession {
    /// - Returns: Whether the user wants to leave.
    func enter(_ line: String) async -> Bool {
        switch Input(line) {
        case .nothing: return false
        case .say(let text): await self.say(text, .text)
        case .unknown(let name): self.warn(Phrase.noSuchCommand(["command": name]))
        case .command(.quit, _): return true
        case .command(let action, let argument): await self.perform(action, argument)
        }
        return false
    }

    func say(_ text: String, _ kind: MessageKind) async {
        do throws(ClientError) {
            self.follow(try await self.client.enqueue(self.current, text, kind: kind), text)
        } catch {
            self.warn(Notices.unsent(text, Words.of(error)))
        }
    }

    /// Waits for the answer to a line, beside everything else.
    func follow(_ sent: PendingSend, _ text: String) {
        let id = self.pending.begin(text, now: .now)
        self.later { await self.settle(sent, id, text) }
        if case .connected = self.connection {} else { self.redraw() }
    }

    private func settle(_ sent: PendingSend, _ id: Int, _ text: String) async {
        do throws(ClientError) {
            _ = try await sent.receipt()
            self.pending.settle(id)
            self.redraw()
        } catch {
            guard error.code != .cancelled, error.code != .closed else { return }
            self.pending.settle(id)
            self.warn(Notices.unsent(text, Words.of(error)))
        }
    }

    private func perform(_ action: SlashCommand.Action, _ argument: String) async {
        switch action {
        case .help:
            let lines = SlashCommand.helpLines().map(self.formatter.notice)
            self.draw(lines, indent: SlashCommand.helpColumn() + self.formatter.notice("").count)
        case .quit: break
        case .clear: self.clear()
        case .me:
            if self.isText(argument, for: "me") { await self.say(argument, .action) }
        case .reply: await self.reply(argument)
        case .nick: self.rename(argument)
        case .who:
            self.ask { client, room throws(ClientError) in
                Notices.members(room, try await client.members(room))
            }
        case .rooms: self.later { await self.listRooms() }
        case .history: self.recall(argument)
        case .unread: self.recallUnread()
        case .search:
            if self.isText(argument, for: "search") {
                self.later { [current] in await self.search(argument, in: current) }
            }
        case .ignore: self.ignore(argument)
        case .timestamps:
            self.turn("timestamps", argument, self.formatter.showsTime) { self.formatter.showsTime = $0 }
        case .notices: self.turn("notices", argument, self.showsNotices) { self.showsNotices = $0 }
        case .join:
            guard let room = self.room(argument) else { return }
            await self.join(room)
            self.switchTo(room)
        case .switchRoom:
            guard let room = self.room(argument) else { return }
            if self.rooms.contains(room) { self.switchTo(room) } else { self.tellNotIn(room) }
        case .leave:
            if let room = self.room(argument.isEmpty ? self.current.rawValue : argument) { self.leave(room) }
        }
    }

    private func isText(_ argument: String, for command: String) -> Bool {
        guard argument.isEmpty else { return true }
        self.warn(Phrase.wantsText(["command": command]))
        return false
    }

    /// Switches something on or off; what is said last holds until the end of the session.
    private func turn(_ command: String, _ argument: String, _ isOn: Bool, _ set: (Bool) -> Void) {
        let value: Bool
        switch argument.lowercased() {
        case "": value = !isOn
        case "on": value = true
        case "off": value = false
        default: return self.warn(Phrase.onOrOff(["command": command]))
        }
        set(value)
        self.notice((value ? Phrase.isOn : .isOff)(["what": Sentence(command).text()]))
    }

    private func ignore(_ name: String) {
        guard !name.isEmpty else {
            let names = self.ignored.names.joined(separator: ", ")
            return self.notice(names.isEmpty ? Phrase.ignoringNobody() : Phrase.ignoring(["names": names]))
        }
        let ids = self.names.values.flatMap { $0.filter { $0.value.lowercased() == name.lowercased() }.keys }
        let isIgnored = self.ignored.toggle(name, Set(ids))
        self.notice((isIgnored ? Phrase.ignored : .heardAgain)(["name": name]))
    }
}

// MARK: - Rooms and names

extension JoinSession {
    private func room(_ name: String) -> RoomName? {
        do throws(ProtocolError) {
            return try RoomName(name.hasPrefix("#") ? String(name.dropFirst()) : name)
        } catch {
            self.warn(Words.of(error))
            return nil
        }
    }

    private func tellNotIn(_ room: RoomName) { self.warn(Phrase.notIn(["room": room.rawValue])) }

    private func leave(_ room: RoomName) {
        guard self.rooms.contains(room) else { return self.tellNotIn(room) }
        guard self.rooms.count > 1 else { return self.warn(Phrase.lastRoom()) }
        self.forget(room)
        self.redraw()
        self.later { [client] in try? await client.leave(room) }
    }

    private func rename(_ argument: String) {
        do throws(ProtocolError) {
            let name = try UserName(argument)
            self.ask { client, _ throws(ClientError) in
                Phrase.renamed(["name": try await client.rename(name).name.rawValue])
            }
        } catch {
            self.warn(Words.of(error))
        }
    }

    private func listRooms() async {
        do throws(ClientError) {
            let page = try await self.directory.page()
            self.knownRooms = page.rooms.map(\.name.rawValue.sanitizedLine)
            let lines = page.rooms.map { Phrase.roomSummary(["room": $0.name.rawValue, "count": "\($0.memberCount)"]) }
            let more = page.cursor == nil ? [] : ["…"]
            self.draw((lines.isEmpty ? [Phrase.noRooms()] : lines + more).map(self.formatter.notice))
        } catch {
            self.warn(Words.of(error))
        }
    }

    /// Asks the server something and tells what it says.
    private func ask(_ question: @escaping @Sendable (ChatClient, RoomName) async throws(ClientError) -> String) {
        let (client, room) = (self.client, self.current)
        self.later {
            do throws(ClientError) {
                await self.notice(try await question(client, room))
            } catch {
                await self.warn(Words.of(error))
            }
        }
    }
}
