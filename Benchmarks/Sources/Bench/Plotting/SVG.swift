/// Writes an SVG 1.1 document, element by element. It is readable on light and on dark pages, and has no scripts.
struct SVG {
    /// Accent first: that is for aggregator. All are of middle lightness, to stand on white and on black.
    static let palette = ["#2f81f7", "#e5731f", "#8b949e", "#2da44e", "#bf5af2", "#d4a72c"]

    let width: Double
    let height: Double
    private var elements = ""

    init(width: Double, height: Double) {
        self.width = width
        self.height = height
    }

    /// What can be named in a style below.
    enum Style: String { case title, label, axis, grid, whisker }
    enum Anchor: String { case start, middle, end }

    mutating func text(_ text: String, x: Double, y: Double, _ style: Style = .label, anchor: Anchor = .start) {
        add("text", ["x": n(x), "y": n(y), "class": style.rawValue, "text-anchor": anchor.rawValue], text)
    }

    mutating func line(_ from: Point, _ to: Point, _ style: Style) {
        add("line", ["x1": n(from.x), "y1": n(from.y), "x2": n(to.x), "y2": n(to.y), "class": style.rawValue])
    }

    mutating func bar(x: Double, y: Double, width: Double, height: Double, color: String) {
        add(
            "rect",
            ["x": n(x), "y": n(y), "width": n(max(width, 1)), "height": n(height), "rx": "2", "fill": color])
    }

    mutating func path(_ points: [Point], color: String) {
        let steps = points.enumerated().map { "\($0 == 0 ? "M" : "L")\(n($1.x)) \(n($1.y))" }
        add("path", ["d": steps.joined(separator: " "), "fill": "none", "stroke": color, "stroke-width": "2"])
    }

    mutating func dot(_ at: Point, color: String) {
        add("circle", ["cx": n(at.x), "cy": n(at.y), "r": "3.5", "fill": color])
    }

    struct Point {
        var x: Double
        var y: Double
    }

    /// The whole file.
    var document: String {
        """
        <svg xmlns="http://www.w3.org/2000/svg" width="\(n(width))" height="\(n(height))" \
        viewBox="0 0 \(n(width)) \(n(height))" role="img">
        <style>
        text { font-family: system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; fill: #57606a; font-size: 12px }
        .title { font-size: 14px; font-weight: 600; fill: #1f2328 }
        .axis { stroke: #8b949e } .grid { stroke: #8b949e; stroke-opacity: 0.25 }
        .whisker { stroke: #57606a; stroke-width: 1.5 }
        @media (prefers-color-scheme: dark) { text { fill: #9198a1 } .title { fill: #f0f6fc } .whisker { stroke: #c9d1d9 } }
        </style>
        \(elements)</svg>

        """
    }

    private mutating func add(_ name: String, _ attributes: KeyValuePairs<String, String>, _ content: String = "") {
        let written = attributes.map { " \($0)=\"\(Self.escaped($1))\"" }.joined()
        elements +=
            content.isEmpty ? "<\(name)\(written)/>\n" : "<\(name)\(written)>\(Self.escaped(content))</\(name)>\n"
    }

    private func n(_ value: Double) -> String { value.text(places: value == value.rounded() ? 0 : 1) }

    /// XML 1.0, section 2.4; of the control characters none is allowed, so none stays.
    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case _ where scalar.value < 32: result += " "
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
