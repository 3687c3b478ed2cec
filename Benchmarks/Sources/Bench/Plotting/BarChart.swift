/// Bars from left to right, one below the other, each with its value and whiskers from quartile to quartile.
struct BarChart {
    struct Bar {
        var name: String
        var value: Summary
    }

    var title: String
    var unit: Notation
    var axis: String
    var bars: [Bar]

    var document: String {
        let left = 110.0
        let top = 46.0
        let rowHeight = 30.0
        let bottom = top + rowHeight * Double(bars.count)
        var svg = SVG(width: 720, height: bottom + 48)
        let scale = Scale(.linear, bars.map { max($0.value.high, $0.value.median) }, pixels: left...600)
        svg.text(title, x: 16, y: 24, .title)
        for tick in scale.ticks {
            let x = scale.place(tick)
            svg.line(.init(x: x, y: top - 4), .init(x: x, y: bottom), tick == 0 ? .axis : .grid)
            svg.text(unit.tick(tick), x: x, y: bottom + 18, anchor: .middle)
        }
        svg.text(axis, x: (left + 600) / 2, y: bottom + 38, anchor: .middle)
        for (row, bar) in bars.enumerated() {
            let y = top + rowHeight * Double(row)
            draw(bar, row: row, in: &svg, scale, y: y, height: rowHeight)
            svg.text(bar.name, x: left - 10, y: y + rowHeight / 2 + 4, anchor: .end)
        }
        return svg.document
    }

    private func draw(_ bar: Bar, row: Int, in svg: inout SVG, _ scale: Scale, y: Double, height: Double) {
        let start = scale.place(0)
        let color = SVG.palette[bar.name == "aggregator" ? 0 : 2]
        svg.bar(x: start, y: y + 5, width: scale.place(bar.value.median) - start, height: height - 10, color: color)
        let low = scale.place(bar.value.low)
        let high = scale.place(bar.value.high)
        let middle = y + height / 2
        if bar.value.count > 1 {
            svg.line(.init(x: low, y: middle), .init(x: high, y: middle), .whisker)
            for end in [low, high] { svg.line(.init(x: end, y: middle - 4), .init(x: end, y: middle + 4), .whisker) }
        }
        svg.text(unit.text(bar.value.median), x: max(high, scale.place(bar.value.median)) + 8, y: middle + 4)
    }
}
