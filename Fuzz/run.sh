#!/bin/sh
# Runs every fuzzer for SECONDS (default 60) each, and stops at the first that finds something.
# New inputs go to .build-fuzz; the corpus in this folder is read, never written.
set -eu
cd "$(dirname "$0")/.."
seconds=${1:-60}
out=.build-fuzz
mkdir -p "$out"
export SWIFT_BACKTRACE=enable=no

llhttp=/usr/share
if [ -d .deps/llhttp/usr/share ]; then llhttp=.deps/llhttp/usr/share; fi
loop=Sources/CEventLoop

# fuzz_c NAME CORPUS SOURCES AND FLAGS…
fuzz_c() {
    name=$1 corpus=$2
    shift 2
    clang -g -O1 -std=gnu11 -D_GNU_SOURCE -fsanitize=fuzzer,address,undefined -fno-sanitize=function \
        -fno-sanitize-recover=undefined "$@" -o "$out/$name"
    run "$name" "$corpus"
}

# run NAME CORPUS: an executable in $out that was built with -fsanitize=fuzzer.
run() {
    mkdir -p "$out/corpus-$1"
    "$out/$1" -max_total_time="$seconds" -max_len=4096 -print_final_stats=1 -artifact_prefix="$out/$1-" \
        "$out/corpus-$1" "Fuzz/corpus/$2"
}

# fuzz_swift NAME PRODUCT: built by SwiftPM, with what the target needs.
fuzz_swift() {
    # gold warns of each of the address sanitizer's symbols; that is no news.
    AGGREGATOR_FUZZ=1 swift build --scratch-path "$out/swift" --sanitize address --product "$2" \
        >"$out/build.log" 2>&1 || { cat "$out/build.log"; exit 1; }
    cp "$out/swift/debug/$2" "$out/$1"
    # Swift's globals keep their pointers in a form that looks like a leak.
    ASAN_OPTIONS=detect_leaks=0 run "$1" "$1"
}

# The table.
fuzz_c http http -DLLHTTP_STRICT_MODE=1 -I"$loop" -I"$loop/include" -I"$llhttp/include/llhttp" Fuzz/http_fuzz.c \
    "$loop/exchange.c" "$loop/head.c" "$loop/body.c" "$loop/target.c" \
    "$llhttp/llhttp/api.c" "$llhttp/llhttp/http.c" "$llhttp/llhttp/llhttp.c"
fuzz_swift pipelinefile PipelineFileFuzz
fuzz_swift expressions ExpressionsFuzz
fuzz_swift types TypesFuzz
