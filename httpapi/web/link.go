package web

import (
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
)

// The application is written in some forty small modules. Each of them would
// cost its own request, and compressed by itself half of its size again, so
// they are put together for the first who asks: into pageModule what the page
// opens with, into laterModule what it asks for by import().
//
// No parser is needed for this because the modules keep three rules, which link
// enforces: an import is one line of plain names, a name is declared at the top
// of one module alone, and comments begin a line or are of the form /** */.

const (
	entryModule = "app/main.js"
	pageModule  = "app/page.js"
	laterModule = "app/later.js"
)

var (
	importLine  = regexp.MustCompile(`(?m)^import (?:\{ ([\w, ]+) \} from |(\w+) from )?"([^"]+)";\n`)
	asked       = regexp.MustCompile(`\bimport\("([^"]+)"\)`)
	declared    = regexp.MustCompile(`(?m)^(export )?(?:async )?(?:const|let|function|class) (\w+)`)
	exported    = regexp.MustCompile(`(?m)^export `)
	docComment  = regexp.MustCompile(`/\*\*[^*]*(?:\*[^*/][^*]*)*\*+/[ \t]*`)
	lineComment = regexp.MustCompile(`(?m)^[ \t]*//.*\n`)
	otherImport = regexp.MustCompile(`(?m)^import .*|^export [{*d].*`)
)

// linker reads modules in the order in which they run.
type linker struct {
	sources map[string]string
	visited map[string]bool
	asked   []string          // modules that are asked for by import()
	owners  map[string]string // from a declared name to its module
	part    *part
}

// part is what becomes one module.
type part struct {
	code     strings.Builder
	declares map[string]bool
	uses     map[string]map[string]bool // names by the library, or "" for the application's own
	standard map[string]string          // from a library to what its default export is called
	exports  []string                   // names that a later part may need
}

// link gives the two modules that are served instead of the application's own.
func link(sources map[string]string) (opening, later string, err error) {
	l := &linker{sources: sources, visited: map[string]bool{}, owners: map[string]string{}, part: newPart()}
	first := l.part
	if err := l.visit(entryModule); err != nil {
		return "", "", err
	}
	l.part = newPart()
	for _, name := range l.asked {
		if err := l.visit(name); err != nil {
			return "", "", err
		}
	}
	shared := slices.Sorted(maps.Keys(l.part.uses[""]))
	shared = slices.DeleteFunc(shared, func(name string) bool { return l.part.declares[name] })
	for _, name := range shared {
		if !first.declares[name] {
			return "", "", fmt.Errorf("%s is imported and nowhere declared", name)
		}
	}
	list := "{ " + strings.Join(shared, ", ") + " }"
	opening = first.write() + "export " + list + ";\n"
	later = "import " + list + " from \"./" + path.Base(pageModule) + "\";\n" + l.part.write() +
		"export { " + strings.Join(l.part.exports, ", ") + " };\n"
	return opening, later, nil
}

func newPart() *part {
	return &part{declares: map[string]bool{}, uses: map[string]map[string]bool{"": {}}, standard: map[string]string{}}
}

// write gives the part's text, with one import for each library.
func (p *part) write() string {
	var text strings.Builder
	for _, library := range slices.Sorted(maps.Keys(p.uses)) {
		if library != "" {
			fmt.Fprintf(&text, "import { %s } from %q;\n", strings.Join(slices.Sorted(maps.Keys(p.uses[library])), ", "), library)
		}
	}
	for _, library := range slices.Sorted(maps.Keys(p.standard)) {
		fmt.Fprintf(&text, "import %s from %q;\n", p.standard[library], library)
	}
	return text.String() + p.code.String()
}

// visit takes a module in, after all that it imports.
func (l *linker) visit(name string) error {
	if l.visited[name] {
		return nil
	}
	l.visited[name] = true
	source, ok := l.sources[name]
	if !ok {
		return fmt.Errorf("there is no module %s", name)
	}
	for _, match := range importLine.FindAllStringSubmatch(source, -1) {
		names, standard, from := match[1], match[2], match[3]
		library := from
		if strings.HasPrefix(from, ".") {
			library = ""
			if err := l.visit(path.Join(path.Dir(name), from)); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
		} else if standard != "" {
			l.part.standard[from] = standard
		}
		for _, name := range strings.Split(names, ", ") {
			if name != "" {
				l.part.use(library, name)
			}
		}
	}
	code := bare(importLine.ReplaceAllString(source, ""))
	if left := otherImport.FindString(code); left != "" {
		return fmt.Errorf("%s: this import is not one line of plain names: %s", name, left)
	}
	return l.take(name, code)
}

func (p *part) use(library, name string) {
	if p.uses[library] == nil {
		p.uses[library] = map[string]bool{}
	}
	p.uses[library][name] = true
}

// take adds a module's code, which has no imports any more, to the part.
func (l *linker) take(name, code string) error {
	for _, match := range asked.FindAllStringSubmatch(code, -1) {
		l.asked = append(l.asked, path.Join(path.Dir(name), match[1]))
	}
	code = asked.ReplaceAllString(code, `import("./`+path.Base(laterModule)+`")`)
	for _, match := range declared.FindAllStringSubmatch(code, -1) {
		export, declaration := match[1], match[2]
		if before := l.owners[declaration]; before != "" {
			return fmt.Errorf("%s is declared by %s as well as by %s", declaration, before, name)
		}
		l.owners[declaration] = name
		l.part.declares[declaration] = true
		if export != "" {
			l.part.exports = append(l.part.exports, declaration)
		}
	}
	l.part.code.WriteString(exported.ReplaceAllString(code, ""))
	return nil
}

// bare takes the comments away, which name modules and types, too.
func bare(code string) string {
	return lineComment.ReplaceAllString(docComment.ReplaceAllString(code, ""), "")
}
