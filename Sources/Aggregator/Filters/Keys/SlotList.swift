/// A doubly linked list over the numbers of slots: what comes first, without moving anything. Each number is in it at most
/// once; all operations take constant time.
///
///     first ⇄ … ⇄ last          the links of slot n are the n-th element of `links`
struct SlotList: Sendable {
    private struct Links {
        var before: Int32 = Self.none
        var after: Int32 = Self.none
        static let none: Int32 = -1
    }

    private var links: ContiguousArray<Links> = []
    private var head = Links.none
    private var tail = Links.none

    /// The slot that was appended (or moved to the end) longest ago.
    var first: Int? { head == Links.none ? nil : Int(head) }

    /// All of them, the first first.
    var slots: [Int] {
        var slots: [Int] = []
        var next = head
        while next != Links.none {
            slots.append(Int(next))
            next = links[Int(next)].after
        }
        return slots
    }

    /// Appends a slot that is not in the list.
    mutating func append(_ slot: Int) {
        while links.count <= slot { links.append(Links()) }
        links[slot] = Links(before: tail, after: Links.none)
        if tail == Links.none { head = Int32(slot) } else { links[Int(tail)].after = Int32(slot) }
        tail = Int32(slot)
    }

    /// Takes a slot out that is in the list.
    mutating func remove(_ slot: Int) {
        let own = links[slot]
        if own.before == Links.none { head = own.after } else { links[Int(own.before)].after = own.after }
        if own.after == Links.none { tail = own.before } else { links[Int(own.after)].before = own.before }
    }

    /// Makes a slot of the list its last.
    mutating func moveToEnd(_ slot: Int) {
        guard tail != Int32(slot) else { return }
        remove(slot)
        append(slot)
    }
}
