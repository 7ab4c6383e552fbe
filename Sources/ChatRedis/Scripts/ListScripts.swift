/// How a server of several refuses the rooms that are not its own, whatever the node believes that asks for them.
///
/// The field `lists` of the layout has the lists of servers that it was told of, one in a line: a number that grows, `+` if
/// the list held or `-` if not, and the names. The last line is the newest list. The field `list` is the number of the
/// newest one while it holds. A list with the number 0 is the server by itself, as it was before it got others.
///
/// A room's `meta` has in its field `list` the number of the list that held when the room was last used.
enum ListScripts {
    /// The parts of the lists, the newest last.
    private static let lines = #"""
        local function lines_of(text) return string.gmatch(text or '', '(%d+) ([-+]) ([^\n]+)\n') end
        """#

    /// Refuses a room that is elsewhere; the first step of each script that stores or reads messages or members.
    ///
    /// The link appends the layout, the number of the list and the name of the server to the arguments, before the run. An
    /// error says why the room is refused: it leaves with the newest list, or comes when that holds.
    ///
    /// Mostly the node has the newest list, which holds, and the room was used under it: that takes two reads. All else is
    /// looked up in the lists. A log that was elsewhere in between has a hole that nobody could see, so it begins anew.
    ///
    /// - Parameter makesRoom: A condition: whether the script may make the room.
    /// - Returns: The step.
    static func admit(makesRoom: String) -> String {
        [Self.lines, Self.judge, "do", "local makes_room = \(makesRoom)", Self.refuse, "end"].joined(separator: "\n")
    }

    /// Takes what the link appended.
    static let arguments = #"""
        local SERVER, LIST, LAYOUT = ARGV[#ARGV], ARGV[#ARGV - 1], ARGV[#ARGV - 2]
        for _ = 1, 3 do ARGV[#ARGV] = nil end
        """#

    private static let judge = #"""
        -- Answers the refusal, or the number of the list that holds and whether the log was here since the last use.
        local function judge(room, since)
            local text = redis.call('HGET', LAYOUT, 'lists')
            if not text then return 'NOLIST the server has not been told of its rooms' end
            local function is_home(names)
                local best, home = '', nil
                for name in string.gmatch(names, '[^,]+') do
                    local weight = redis.sha1hex(name .. ' ' .. room)
                    if weight > best then best, home = weight, name end
                end
                return home == SERVER
            end
            local leaves, held, is_held_here, stayed = false, nil, false, false
            for number, state, names in lines_of(text) do
                local is_here = is_home(names)
                leaves = not is_here
                if state == '+' then
                    held, is_held_here = number, is_here
                    if number == since then stayed = is_here else stayed = stayed and is_here end
                end
            end
            if leaves then return 'ELSEWHERE the room is at another server' end
            if not is_held_here then return 'UNSETTLED the room comes later' end
            return nil, held, stayed
        end
        """#

    private static let refuse = #"""
        local since = redis.call('HGET', KEYS[1], 'list')
        local list = redis.call('HGET', LAYOUT, 'list')
        if not (since and since == list and list == LIST) then
            local refusal, held, stayed = judge(string.match(KEYS[1], '.*{(.*)}:meta$'), since or '0')
            if refusal then return { err = refusal } end
            local is_known = redis.call('EXISTS', KEYS[1]) == 1
            if since ~= held and is_known and not stayed then
                redis.call('HSET', KEYS[1], 'list', held)
                redis.call('HDEL', KEYS[1], 'epoch', 'seq', 'time', 'run', 'runs', 'keyring', 'keys')
                redis.call('DEL', KEYS[2])
            elseif since ~= held and is_known then
                -- A Redis that refuses writes can still be read.
                redis.pcall('HSET', KEYS[1], 'list', held)
            elseif since ~= held and makes_room then
                redis.call('HSET', KEYS[1], 'list', held)
                -- The script gives it more time, unless it makes no room after all.
                redis.call('EXPIRE', KEYS[1], 60)
            end
        end
        """#

    /// Reads the lists, and adds to them.
    ///
    /// KEYS: layout, index of rooms. ARGV: what to do, the node's list, the server's name, the channel that all nodes listen
    /// to, and the one that nodes with lists listen to. What to do is one of
    ///
    /// - `read`
    /// - `raise`: the node's list is the newest, if it is new.
    /// - `follow`, with a newer list that leaves this server out: it follows the node's, if that is the newest here.
    /// - `left`, with the newest list here and the name of a server that it leaves out: that server has been told.
    /// - `settle`: the node's list holds, if it is the newest, and nobody uses an older one who could not be refused.
    ///
    /// Those are nodes that know no list, and nodes that still use a server which the newest list leaves out. Such a server is
    /// told by the nodes that know where it is; where none does, the list waits for longer than those take to ask for lists.
    /// A list's number is the time at which it came.
    ///
    /// Answers the names of the newest list, the names of the last one that held, the number of the node's list if it is
    /// the newest and holds, 1 if the node's list is an older one, 1 if nodes without a list are there, and 1 if the newest
    /// list waits for servers that it leaves out.
    ///
    /// A list is never newest again once another was: a node that has it is late. When a server that had all rooms is told
    /// of its first list, its rooms are those of a list of itself alone.
    static let roll = [Self.lines, Self.change].joined(separator: "\n")

    private static let change = #"""
        local lists = {}
        for number, state, names in lines_of(redis.call('HGET', KEYS[1], 'lists')) do
            lists[#lists + 1] = { number = number, state = state, names = names }
        end
        local counts = redis.pcall('PUBSUB', 'NUMSUB', ARGV[4], ARGV[5])
        local has_loners = not counts.err and counts[2] > counts[4]

        local function place_of(names)
            for index = #lists, 1, -1 do if lists[index].names == names then return index end end
        end
        -- The servers of the last list that held which the newest one leaves out, and of which nobody has said that they know.
        local function awaits_leavers()
            local newest, held = lists[#lists], nil
            for _, list in ipairs(lists) do if list.state == '+' then held = list end end
            if not held or held == newest then return false end
            if tonumber(redis.call('TIME')[1]) - tonumber(newest.number) >= LEAVE_SECONDS then return false end
            local told = ',' .. newest.names .. ',' .. (redis.call('HGET', KEYS[1], 'left:' .. newest.number) or ',')
            for name in string.gmatch(held.names, '[^,]+') do
                if not string.find(told, ',' .. name .. ',', 1, true) then return true end
            end
            return false
        end
        local function keep()
            local newest, held, text = lists[#lists], 0, ''
            for index, list in ipairs(lists) do if list.state == '+' then held = index end end
            for index, list in ipairs(lists) do
                -- A room that was last used under one that is forgotten begins a new log.
                if index > #lists - MOST_LISTS or index == held then
                    text = text .. list.number .. ' ' .. list.state .. ' ' .. list.names .. '\n'
                end
            end
            redis.call('HSET', KEYS[1], 'lists', text, 'list', newest.state == '+' and newest.number or '')
            -- Nodes that have another list ask at once.
            redis.call('PUBLISH', ARGV[5], newest.number)
        end
        local function add(names)
            if #lists > 0 then redis.call('HDEL', KEYS[1], 'left:' .. lists[#lists].number) end
            local number = tonumber(redis.call('TIME')[1])
            if #lists > 0 then number = math.max(number, tonumber(lists[#lists].number) + 1) end
            lists[#lists + 1] = { number = string.format('%d', number), state = '-', names = names }
            keep()
        end

        if ARGV[1] == 'raise' and not place_of(ARGV[2]) then
            if #lists == 0 and (has_loners or redis.call('EXISTS', KEYS[2]) == 1) then
                lists[1] = { number = '0', state = '+', names = ARGV[3] }
            end
            add(ARGV[2])
        elseif ARGV[1] == 'follow' and #lists > 0 and place_of(ARGV[2]) == #lists and not place_of(ARGV[6]) then
            add(ARGV[6])
        elseif ARGV[1] == 'left' and #lists > 0 and place_of(ARGV[6]) == #lists and awaits_leavers() then
            local field = 'left:' .. lists[#lists].number
            local told = redis.call('HGET', KEYS[1], field) or ','
            if not string.find(told, ',' .. ARGV[7] .. ',', 1, true) then
                redis.call('HSET', KEYS[1], field, told .. ARGV[7] .. ',')
                redis.call('PUBLISH', ARGV[5], lists[#lists].number)
            end
        elseif ARGV[1] == 'settle' and place_of(ARGV[2]) == #lists and #lists > 0 and not has_loners
            and not awaits_leavers() then
            lists[#lists].state = '+'
            redis.call('HDEL', KEYS[1], 'left:' .. lists[#lists].number)
            keep()
        end

        local held = ''
        for _, list in ipairs(lists) do if list.state == '+' then held = list.names end end
        local newest, place = lists[#lists], place_of(ARGV[2])
        local is_own = newest and place == #lists
        return { newest and newest.names or '', held, is_own and newest.state == '+' and newest.number or '',
            place and not is_own and 1 or 0, has_loners and 1 or 0, newest and awaits_leavers() and 1 or 0 }
        """#
}
