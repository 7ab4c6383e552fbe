# Prints a fault for each excerpt that does not stand in its file, word for word, and for code that says no file.
#
# A comment before the fence names the file: `<!-- code: Sources/… -->`. `<!-- code: nowhere -->` is for what one would write
# first, and what is not here. The indentation that all lines of the excerpt share in the file may be left out; a line `…` stands
# for some lines of the file.
function indentation(line) {
    match(line, /^ */)
    return substr(line, 1, RLENGTH)
}
# The index of the first line after the first place, from `from` on, where the lines `first` to `last` of the excerpt follow
# each other in the file, all indented by `indent`; 0: there is none.
function find_lines(first, last, from, until, indent,    start, i) {
    for (start = from; start <= until; start++) {
        for (i = first; i <= last; i++) {
            if (lines[start + i - first] != (code[i] == "" ? "" : indent code[i])) break
        }
        if (i > last) return start + last - first + 1
    }
    return 0
}
function stands_at(start, indent,    first, last, next_line) {
    next_line = start
    for (first = 1; first <= code_count; first = last + 2) {
        for (last = first; last < code_count && code[last + 1] !~ /^ *…$/;) last++
        next_line = find_lines(first, last, next_line, first == 1 ? start : line_count, indent)
        if (!next_line) return 0
    }
    return 1
}
function check(    start, indent) {
    line_count = 0
    while ((getline line < file) > 0) lines[++line_count] = line
    close(file)
    for (start = 1; start <= line_count; start++) {
        indent = indentation(lines[start])
        indent = substr(indent, length(indentation(code[1])) + 1)
        if (lines[start] == indent code[1] && stands_at(start, indent)) return
    }
    print FILENAME ":" place ": " file " does not have this excerpt, or is not there"
}
FNR == 1 { file = ""; in_fence = 0 }
in_fence && /^```$/ {
    in_fence = 0
    excerpts++
    if (file != "" && file != "nowhere") check()
    file = ""
    next
}
in_fence { code[++code_count] = $0; next }
/^<!-- code: [^ ]+ -->$/ { file = $3; next }
/^```/ {
    if (file == "" && /^```(swift|js|lua)$/) print FILENAME ":" FNR ": this code says no file"
    in_fence = 1
    code_count = 0
    place = FNR
    next
}
END { if (excerpts < 20) print "the documents show no code; this check reads them wrongly" }
