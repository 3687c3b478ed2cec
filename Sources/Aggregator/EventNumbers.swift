import Synchronization

/// Numbers for the events of this process, and their text: a random part for the run, then the number.
enum EventNumbers {
    private static let last = Atomic<UInt64>(0)
    private static let run: String = {
        let digits = Array("0123456789abcdefghijklmnopqrstuvwxyz")
        return String((0..<12).map { _ in digits[Int.random(in: 0..<digits.count)] })
    }()

    static func next() -> UInt64 { last.wrappingAdd(1, ordering: .relaxed).newValue }

    static func text(of number: UInt64) -> String { "\(run)-\(String(number, radix: 36))" }
}
