/// Lines over two logarithmic axes, each with its name at its end.
struct LineChart {
    struct Line {
        var name: String
        /// By x, ascending.
        var points: [(x: Double, y: Double)]
    }

    var title: String
    var xAxis: String
    var yAxis: String
    var xUnit = Notation.count
    var yUnit: Notation
    var lines: [Line]

    private static let left = 78.0
    private static let right = 580.0
    private static let top = 66.0
    private static let bottom = 340.0

    var document: String {
        var svg = SVG(width: 720, height: 400)
        let points = lines.flatMap { $0.points }
        let xs = Scale(.logarithmic, points.map { $0.x }, pixels: Self.left...Self.right)
        let ys = Scale(.logarithmic, points.map { $0.y }, pixels: Self.top...Self.bottom, isFlipped: true)
        svg.text(title, x: 16, y: 24, .title)
        svg.text(yAxis, x: 16, y: 48)
        svg.line(.init(x: Self.left, y: Self.top), .init(x: Self.left, y: Self.bottom), .axis)
        // Marks where something was measured: those places are few, and often no powers of ten.
        for tick in Set(points.map { $0.x }).sorted() {
            let x = xs.place(tick)
            svg.line(.init(x: x, y: Self.top), .init(x: x, y: Self.bottom), .grid)
            svg.text(xUnit.tick(tick), x: x, y: Self.bottom + 18, anchor: .middle)
        }
        for tick in ys.ticks {
            let y = ys.place(tick)
            svg.line(.init(x: Self.left, y: y), .init(x: Self.right, y: y), tick == ys.low ? .axis : .grid)
            svg.text(yUnit.tick(tick), x: Self.left - 8, y: y + 4, anchor: .end)
        }
        svg.text(xAxis, x: (Self.left + Self.right) / 2, y: Self.bottom + 42, anchor: .middle)
        draw(in: &svg, xs, ys)
        return svg.document
    }

    private func draw(in svg: inout SVG, _ xs: Scale, _ ys: Scale) {
        var names: [(name: String, color: String, y: Double)] = []
        for (index, line) in lines.enumerated() {
            let color = SVG.palette[index % SVG.palette.count]
            let places = line.points.filter { $0.x > 0 && $0.y > 0 }
                .map { SVG.Point(x: xs.place($0.x), y: ys.place($0.y)) }
            guard let last = places.last else { continue }
            svg.path(places, color: color)
            for place in places { svg.dot(place, color: color) }
            names.append((line.name, color, last.y))
        }
        // Names that would lie on each other move down.
        var free = -Double.infinity
        for name in names.sorted(by: { $0.y < $1.y }) {
            let y = max(name.y, free)
            svg.dot(.init(x: Self.right + 14, y: y), color: name.color)
            svg.text(name.name, x: Self.right + 24, y: y + 4)
            free = y + 15
        }
    }
}
