// Authors of sources meet `Timestamp`, `Value` and `Expression` in this library's interface: one import brings them along.
@_exported public import Expressions
