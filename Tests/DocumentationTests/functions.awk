# Prints "PATH NAME(LABELS)" for each function of Swift, and "PATH NAME(" for each of JavaScript.
function labels(text,    depth, i, c, start, list) {
    start = 1
    for (i = 1; i <= length(text); i++) {
        c = substr(text, i, 1)
        if (c ~ /[(\[{<]/) depth++
        if (c == ")" && !depth) return list label(substr(text, start, i - start)) ")"
        if (c ~ /[)\]}]/ || (c == ">" && substr(text, i - 1, 1) != "-")) depth--
        if (c == "," && !depth) { list = list label(substr(text, start, i - start)); start = i + 1 }
    }
    return list "?"
}
function label(parameter) {
    if (!match(parameter, /[A-Za-z_][A-Za-z0-9_]*/)) return ""
    return substr(parameter, RSTART, RLENGTH) ":"
}
function flush_file(    rest, name) {
    if (path == "") return
    rest = text
    if (path ~ /\.js$/) {
        while (match(rest, /[A-Za-z_][A-Za-z0-9_]*( = (async )?)?\(/)) {
            name = substr(rest, RSTART, RLENGTH)
            sub(/[ (].*/, "", name)
            print path, name "("
            rest = substr(rest, RSTART + RLENGTH)
        }
    } else {
        while (match(rest, /(func [A-Za-z_][A-Za-z0-9_]*|[^.A-Za-z]init)(<[^(]*>)?\(/)) {
            name = substr(rest, RSTART, RLENGTH)
            rest = substr(rest, RSTART + RLENGTH)
            sub(/^func /, "", name)
            sub(/[<(].*/, "", name)
            sub(/^[^A-Za-z_]/, "", name)
            print path, name "(" labels(rest)
        }
    }
}
FNR == 1 { flush_file(); path = FILENAME; text = "" }
/^ *\/\// { next }
{ text = text " " $0 }
END { flush_file() }
