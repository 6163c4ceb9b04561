package command

import (
	"strconv"
	"strings"

	"parley/domain"
	"parley/domain/wire"
)

// blanks separate the words of a command line.
const blanks = " \t\r\n"

// maxShown is how many characters of a word are repeated in an answer.
const maxShown = 40

// flag is an option of a command. With take it needs a value.
type flag struct {
	name string // with its dashes: "--json", "-n"
	on   *bool
	take func(value string) error
}

// arguments are what follows a command's name: at most so many words and,
// if it has a text, the rest as it was typed.
type arguments struct {
	flags   []flag
	most    int
	hasText bool

	words []string
	text  string
}

// parse takes a command line apart. Nothing in it is quoted or escaped, so a
// text comes out as it was typed. Flags may stand wherever a word may, but not
// in the text; -- ends them.
func (l *arguments) parse(raw string) error {
	ended := false
	for {
		raw = strings.TrimLeft(raw, blanks)
		word, rest := cutWord(raw)
		switch {
		case word == "":
			return nil
		case !ended && word == "--":
			ended, raw = true, rest
		case !ended && word[0] == '-' && len(word) > 1:
			var err error
			if raw, err = l.takeFlag(word, rest); err != nil {
				return err
			}
		case len(l.words) < l.most:
			l.words, raw = append(l.words, word), rest
		case l.hasText:
			l.text = raw
			return nil
		default:
			return wrongUsage("%s is one argument too many", shown(word))
		}
	}
}

// takeFlag takes a flag and its value, which stands behind = or in the next
// word, or right behind a flag of one letter. It gives what is left.
func (l *arguments) takeFlag(word, rest string) (string, error) {
	name, value, given := strings.Cut(word, "=")
	if word[1] != '-' && len(word) > 2 {
		name, value, given = word[:2], strings.TrimPrefix(word[2:], "="), true
	}
	if name == "--help" || name == "-h" {
		return "", errHelp
	}
	for _, f := range l.flags {
		switch {
		case f.name != name:
			continue
		case f.take == nil && given:
			return "", wrongUsage("%s takes no value", name)
		case f.take == nil:
			*f.on = true
			return rest, nil
		}
		if !given {
			value, rest = cutWord(strings.TrimLeft(rest, blanks))
		}
		if value == "" {
			return "", wrongUsage("%s needs a value", name)
		}
		return rest, f.take(value)
	}
	return "", wrongUsage("there is no flag %s; a text that begins with - comes after --", shown(name))
}

func cutWord(s string) (word, rest string) {
	if i := strings.IndexAny(s, blanks); i >= 0 {
		return s[:i], s[i:]
	}
	return s, ""
}

// number reads a flag's value between two bounds.
func number[N ~int | ~int64](into *N, name string, least, most int64) flag {
	return flag{name: name, take: func(value string) error {
		n, err := strconv.ParseInt(value, 10, 64)
		if err != nil || n < least || n > most {
			return wrongUsage("%s is a number between %d and %d", name, least, most)
		}
		*into = N(n)
		return nil
	}}
}

// seq reads a flag's value as a seq.
func seq(into **domain.Seq, name string) flag {
	value := new(domain.Seq)
	f := number(value, name, 0, wire.MaxSafe)
	parse := f.take
	f.take = func(text string) error {
		*into = value
		return parse(text)
	}
	return f
}

// address reads a room's address. One that still has the quotes of a shell
// around it loses them: 'ssh host "post '#lobby' hi"' is easily written.
func address(word string) (domain.Address, error) {
	for _, quote := range []string{"'", `"`} {
		if inner, ok := strings.CutPrefix(word, quote); ok {
			if inner, ok = strings.CutSuffix(inner, quote); ok {
				word = inner
			}
		}
	}
	return domain.ParseAddress(word)
}

// shown makes what was typed fit for an answer.
func shown(text string) string {
	if r := []rune(text[:min(len(text), 4*maxShown+1)]); len(r) > maxShown {
		text = string(r[:maxShown]) + "..."
	}
	return domain.VisibleLine(text)
}
