package markup_test

import (
	"encoding/json"
	"strings"
	"testing"

	"parley/domain/markup"
)

// sketch writes a tree in short: kind(children), a text as it is.
func sketch(nodes []markup.Node) string {
	parts := make([]string, len(nodes))
	for i, n := range nodes {
		switch n.Kind {
		case markup.Text:
			parts[i] = n.Text
		case markup.Break:
			parts[i] = "⏎"
		case markup.Paragraph:
			parts[i] = "p(" + sketch(n.Nodes) + ")"
		case markup.Link:
			parts[i] = "link<" + n.Href + ">(" + sketch(n.Nodes) + ")"
		case markup.List:
			parts[i] = "list" + strings.Repeat("#", n.Start) + "(" + sketch(n.Nodes) + ")"
		case markup.CodeBlock:
			parts[i] = "block<" + n.Info + ">(" + n.Text + ")"
		default:
			parts[i] = string(n.Kind) + "(" + n.Text + sketch(n.Nodes) + ")"
		}
	}
	return strings.Join(parts, "")
}

func check(t *testing.T, cases [][2]string) {
	t.Helper()
	for _, c := range cases {
		got := sketch(markup.Parse(c[0]))
		if want := c[1]; got != want {
			t.Errorf("%q\n became %s\n   want %s", c[0], got, want)
		}
	}
}

func TestPlainTextHasNoTree(t *testing.T) {
	for _, text := range []string{
		"", "hi", "hi\nthere", "one\n\ntwo", "  indented\n   art", "2 * 3 * 4", "2*3*4", "a*b + c*d", "snake_case_name",
		"src/*/*.go", "**/*.go", "**/*.js **/*.ts", "**/test/** **/a/**/b", "**/a_*.go and **/b*", "**/test and build/**", "*.go* ***.go***", "**.. a** **) b**", "find -name '*.go' -o -name '*.mod'", "*.*", "count(*), sum(*)", "_.map(x, _.id)", "* * * * *", "* * * * * /bin/true", "---", "***", "- ", "-", ">", ">:(", ">>> print()",
		"f(*args, **kwargs)", "int *p, *q;", "C:\\dir\\file", "a: b", "http://", "https:// x", "javascript://x", "me@example.com",
		"first.last@example.com", "foo_@example.com", "@ab", "@-bob", "@bob@example.com", "@josé", "npm i @types/node", "@babel/7", "@org/日本", "a/@bob", "a&@bob", "a+@bob", "x=1&@bob", "_x @al/b_c", "C#", "#1", "#Room", "color: #fff; #ff0000 #c0ffee80 #abcd", "(#facade)", "_#fff and", `\#fff`, "##x",
		"# heading", "<b>bold</b>", "| a | b |", "!", "-5 degrees", "1.5 litres", "0. zero", "12345. many", "1.", "~x~",
		"unfinished **strong", "unfinished `code", "[label]", "[label](", "[label]()", "]", "[]", "- - a",
		"\U0001f44d\ufe0f 日本語", "@" + strings.Repeat("a", 51), "#" + strings.Repeat("a", 33), "```", "```go", "``` ", "*not\xff UTF-8*",
	} {
		if got := markup.Parse(text); got != nil {
			t.Errorf("%q became %s", text, sketch(got))
		}
	}
}

func TestEmphasisFollowsTheWord(t *testing.T) {
	check(t, [][2]string{
		{"*a* _b_ **c** __d__ ~~e~~", "p(emphasis(a) emphasis(b) strong(c) strong(d) strike(e))"},
		{"***both***", "p(emphasis(strong(both)))"},
		{"**a *b* c**", "p(strong(a emphasis(b) c))"},
		{"*a **b** c*", "p(emphasis(a strong(b) c))"},
		{"**a* b", "p(*emphasis(a) b)"},
		{"*a _b* c_", "p(emphasis(a _b) c_)"},
		{"(*a*), \"**b**\".", "p((emphasis(a)), \"strong(b)\".)"},
		{"*(a)* **!b** *:c:* *...d*", "p(emphasis((a)) strong(!b) emphasis(:c:) *...d*)"},
		{"**.env**, **/help**, **.gitignore**", "p(strong(.env), strong(/help), strong(.gitignore))"},
		{"**.config/x and /y** **/_a** **/日本**", "p(strong(.config/x and /y) strong(/_a) strong(/日本))"},
		{`\*\*.env\*\* **b**`, "p(**.env** strong(b))"},
		{"*two\nlines*", "p(emphasis(two⏎lines))"},
		{"*no\n\nhold*, *x*", "p(*no)p(hold*, emphasis(x))"},
		{"这是**重要。**的", "p(这是strong(重要。)的)"},
		{"的**「重要」**的", "p(的strong(「重要」)的)"},
		{"snake_case and _this_", "p(snake_case and emphasis(this))"},
		{"2*3*4 is *24*", "p(2*3*4 is emphasis(24))"},
		{"*foo *bar", ""},
		{"_a x* b_ *c*", "p(emphasis(a x* b) emphasis(c))"},
		{"的***重***的", "p(的emphasis(strong(重))的)"},
		{"的**重*的", ""},
		{"~~~no~~~ ~no~ ~~yes~~", "p(~~~no~~~ ~no~ strike(yes))"},
	})
}

func TestABackslashTakesTheMeaningOfAMark(t *testing.T) {
	check(t, [][2]string{
		{`\*not\* *yes*`, "p(*not* emphasis(yes))"},
		{`only \*this\*`, "p(only *this*)"},
		{`\*\*a\*\*, \**b**, \_\_c\_\_, \~\~d\~\~`, "p(**a**, *emphasis(b)*, __c__, ~~d~~)"},
		{`\*one` + "\n" + `two\*`, "p(*one⏎two*)"},
		{`\*half*, *half\*`, "p(*half*, *half*)"},
		{"\\`a\\` `b`", "p(`a` code(b))"},
		{`\[a](https://x) [b\](https://y)`, "p([a](link<https://x>(https://x)) [b](link<https://y>(https://y)))"},
		{`[\*a\* b](https://x)`, "p(link<https://x>(*a* b))"},
		{`\@bob \#lobby \_@alice\_`, "p(@bob #lobby _mention(alice)_)"},
		{`\> a` + "\n" + `1\. b` + "\n" + `\- c` + "\n" + `   \* d`, "p(> a⏎1. b⏎- c⏎   * d)"},
		{`- 1\. a`, "list(item(p(1. a)))"},
		{`\\*a* \\@bob \\[b](https://x) \\\*c\*`, `p(\emphasis(a) \mention(bob) \link<https://x>(b) \*c*)`},
	})
}

func TestABackslashBeforeWhatIsNoMarkStays(t *testing.T) {
	for _, text := range []string{
		`C:\Users\.ssh`, `\\server\share`, `\\`, `\`, `\a \\ \`, `\d+\.\d+`, `a\>b \- c 1.5\. \+1 \(a\|b\)`, `\-5`, `12345\. a`, `\>x`,
		`find -name \*.go -o -name \*.mod`, `rm \*`, `a\*b\*c`, `foo\_bar`, `C:\_build\x`, `~\~`, `C:\@types\node`, `me\@example.com`, `it\` + "`s",
		`\[a-z\]+\(b\)`, `\[ x^2 \]`, `C\#`, `\#Include`, `"\\*.go"`, `\\_share`, `\d\*`, `/\*.*\*/`, `\[a\](b)`,
		// Nothing would be emphasis here: the shrug is whole, and so it is
		// for who knows that other programs eat an arm.
		`¯\_(ツ)_/¯`, `¯\\_(ツ)_/¯`,
	} {
		if got := markup.Parse(text); got != nil {
			t.Errorf("%q became %s", text, sketch(got))
		}
	}
	check(t, [][2]string{
		{`¯\\\_(ツ)_/¯`, `p(¯\_(ツ)_/¯)`},
		{`_thanks_ ¯\_(ツ)_/¯`, `p(emphasis(thanks) ¯\_(ツ)_/¯)`},
		{`*in* C:\Users\.ssh`, `p(emphasis(in) C:\Users\.ssh)`},
		{`*\d+\.\d+* \_`, `p(emphasis(\d+\.\d+) \_)`},
	})
}

func TestCodeIsLeftAlone(t *testing.T) {
	check(t, [][2]string{
		{"`x`", "p(code(x))"},
		{"`*x* @bob #room https://a.b \\`", "p(code(*x* @bob #room https://a.b \\))"},
		{"`` a`b ``", "p(code(a`b))"},
		{"`a\nb` `c`", "p(`a⏎bcode( )c`)"},
		{"```x```", "p(code(x))"},
		{"*a `b*` c*", "p(emphasis(a code(b*) c))"},
		{"```go\na := 1\n\n*b*\n```\nend", "block<go>(a := 1\n\n*b*)p(end)"},
		{"````\n```\n````", "block<>(```)"},
		{"```\nnever closed\n", "block<>(never closed\n)"},
		{"```go\nclosed in haste```", "block<go>(closed in haste)"},
		{"```\nfoo()```\n@bob please look", "block<>(foo())p(mention(bob) please look)"},
		{"```a()\nb()``` \nthanks", "block<>(a()\nb())p(thanks)"},
		{"```\na```\nb\n```\nc", "block<>(a```\nb)p(c)"},
		{"````\na```\nb````\nc", "block<>(a```\nb)p(c)"},
		{"- ```\n  a```\n  @bob\n- ```\n  b\n  ```", "list(item(block<>(a)p(mention(bob)))item(block<>(b)))"},
		{"```go\n     ```\nx", ""},
		{"```begun at once\nmore\n```", "block<>(begun at once\nmore)"},
		{"look:\n```\nx\n```", "p(look:)block<>(x)"},
		{"```\n```", "block<>()"},
	})
}

func TestLinksLeadOnlyWhereTheySay(t *testing.T) {
	check(t, [][2]string{
		{"[a](https://x.y/z)", "p(link<https://x.y/z>(a))"},
		{"[*a* b](HTTP://x)", "p(link<http://x>(emphasis(a) b))"},
		{"[mail](mailto:a@b.c)", "p(link<mailto:a@b.c>(mail))"},
		{"[w](https://w.org/Go_(game))", "p(link<https://w.org/Go_(game)>(w))"},
		{"see https://x.y/a_b_c.", "p(see link<https://x.y/a_b_c>(https://x.y/a_b_c).)"},
		{"(https://x.y/(z)) *https://x.y*", "p((link<https://x.y/(z)>(https://x.y/(z))) emphasis(link<https://x.y>(https://x.y)))"},
		{"https://x.y/?a[]=1&b", "p(link<https://x.y/?a[]=1&b>(https://x.y/?a[]=1&b))"},
		{"看https://x.y/看。", "p(看link<https://x.y/看>(https://x.y/看)。)"},
		{"<https://x.y>", "p(<link<https://x.y>(https://x.y)>)"},
		{"[https://x.y](https://x.y/)", "p(link<https://x.y/>(https://x.y))"},
		{"[@bob #room](https://x.y)", "p(link<https://x.y>(@bob #room))"},
		{"[a [b](https://x) c](https://y)", "p([a link<https://x>(b) c](link<https://y>(https://y)))"},
		{"*[a*](https://x)", "p(*link<https://x>(a*))"},
		{"![i](https://x)", "p(!link<https://x>(i))"},
		{"*x [ y*", "p(emphasis(x [ y))"},
		{"[https://bank.com](https://evil.com)", "p([link<https://bank.com>(https://bank.com)](link<https://evil.com>(https://evil.com)))"},
		{"[ht*t*p\u200b://bank](https://evil.com)", "p([ht*t*p\u200b://bank](link<https://evil.com>(https://evil.com)))"},
		{"[l](https://((((x)))))", "p([l](link<https://((((x))))>(https://((((x)))))))"},
		{"[www.bank.com](https://evil.com)", "p([www.bank.com](link<https://evil.com>(https://evil.com)))"},
		{"https://例え.jp/⁄ https://bücher.de https://नमस्ते.in", "p(link<https://例え.jp/⁄>(https://例え.jp/⁄) link<https://bücher.de>(https://bücher.de) link<https://नमस्ते.in>(https://नमस्ते.in))"},
		{"*x* https://bank.com⁄login.evil.com/x", "p(emphasis(x) https://bank.com⁄login.evil.com/x)"},
	})
	for _, target := range []string{
		"javascript:alert(1)", "JavaScript:alert(1)", "data:text/html,x", "vbscript:x", "file:///etc/passwd", "/path", "path", "//x.y",
		"https:x", "https:/x", "https://", "https:\\\\x", "ftp://x", "mailto:", "mailto:x", "mailto:@", "http:\t//x", " javascript:x",
		"https://x\u202ey", "https://x\u200by", "https://x\x00", "https://good@evil", "https:///x", "https://:80", "ht\ntp://x", "java\u200bscript:x",
		"https://" + strings.Repeat("x", 2000), "https://x\xff", "https://bank.com⁄login.evil.com/x", "https://bank.com∕login.evil.com", "https://bank.com⧸evil.com", "https://bank.com／evil.com",
		"https://bank.com%E2%81%84evil.com/", "https://bank.com？evil.com", "https://bank。com", "https://a℀b.com", "mailto:a@bank.com⁄evil.com",
	} {
		var href func(nodes []markup.Node) string
		href = func(nodes []markup.Node) string {
			for _, n := range nodes {
				if n.Href != "" {
					return n.Href
				}
				if below := href(n.Nodes); below != "" {
					return below
				}
			}
			return ""
		}
		if got := href(markup.Parse("*x* [label](" + target + ")")); strings.HasPrefix(got, target) {
			t.Errorf("%q is linked to %q", target, got)
		}
	}
}

func TestNamesAreMentionedWhereTheyStandAlone(t *testing.T) {
	check(t, [][2]string{
		{"@bob", "p(mention(bob))"},
		{"hi @bob, @Al_ice-1. (@carol) *@dave*", "p(hi mention(bob), mention(Al_ice-1). (mention(carol)) emphasis(mention(dave)))"},
		{"@here @room", "p(mention(here) mention(room))"},
		{"你好@bob你好", "p(你好mention(bob)你好)"},
		{"_@bob _", "p(_mention(bob) _)"},
		{`\@bob @alice`, "p(@bob mention(alice))"},
		{"#lobby, #a-1_b", "p(room(lobby), room(a-1_b))"},
		{"#ab #abcde #fffffff #fff-1 #fffg #deadbeef0", "p(room(ab) room(abcde) room(fffffff) room(fff-1) room(fffg) room(deadbeef0))"},
		{"_color #fff_", "p(emphasis(color #fff))"},
		{"x.com/@bob *x* a#b", "p(x.com/@bob emphasis(x) a#b)"},
	})
}

func TestANameLeavesItsEmphasisTheEnd(t *testing.T) {
	check(t, [][2]string{
		{"_thanks @bob_", "p(emphasis(thanks mention(bob)))"},
		{"__@bob__, _#lobby_", "p(strong(mention(bob)), emphasis(room(lobby)))"},
		{"_@bob__ and @bob_", "p(emphasis(mention(bob_)) and mention(bob_))"},
		{"_hi @al_", "p(_hi mention(al_))"},
		{"@bob_ @al__", "p(mention(bob_) mention(al__))"},
		{"snake_case _.map @bob_", "p(snake_case _.map mention(bob_))"},
		{"_a_ @bob_\n_b\n@bob_", "p(emphasis(a) mention(bob_)⏎_b⏎mention(bob_))"},
	})
}

func TestNamesAreMentionedSideBySide(t *testing.T) {
	check(t, [][2]string{
		{"@alice/@bob/@carol", "p(mention(alice)/mention(bob)/mention(carol))"},
		{"@alice&@bob", "p(mention(alice)&mention(bob))"},
		{"@alice+@bob, #dev/#ops", "p(mention(alice)+mention(bob), room(dev)/room(ops))"},
		{"@alice//@bob", "p(mention(alice)//@bob)"},
		{"@alice\n/@bob", "p(mention(alice)⏎/@bob)"},
		{"@alice/ @bob/", "p(mention(alice)/ mention(bob)/)"},
	})
}

func TestBlocksStandOnLinesOfTheirOwn(t *testing.T) {
	check(t, [][2]string{
		{"> a\n> b\nc", "quote(p(a⏎b))p(c)"},
		{"> a\n>\n> > b", "quote(p(a)quote(p(b)))"},
		{"a\n> b", "p(a)quote(p(b))"},
		{"- a\n- b", "list(item(p(a))item(p(b)))"},
		{"todo:\n* a\n  * b\n    - c\n* d\nend", "p(todo:)list(item(p(a)list(item(p(b)list(item(p(c))))))item(p(d)))p(end)"},
		{"- a\n    - b\n    - c", "list(item(p(a)list(item(p(b))item(p(c)))))"},
		{"1. a\n2. b\n   - c", "list#(item(p(a))item(p(b)list(item(p(c)))))"},
		{"2. a\n5. b", "list##(item(p(a)))list#####(item(p(b)))"},
		{"- a\n  more\n\n  still\n\nend", "list(item(p(a⏎more)p(still)))p(end)"},
		{"- a\n\n- b", "list(item(p(a)))list(item(p(b)))"},
		{"- ```\n  x\n\n  y\n  ```\n- b", "list(item(block<>(x\n\ny))item(p(b)))"},
		{"- > a\n- *b*", "list(item(quote(p(a)))item(p(emphasis(b))))"},
		{"> - a\n> - b", "quote(list(item(p(a))item(p(b))))"},
		{"> ```\n> x\ny", "quote(block<>(x))p(y)"},
		{`\> a` + "\n" + `1\. b`, "p(> a⏎1. b)"},
		{"- [ ] task", "list(item(p([ ] task)))"},
		{"\t- a\n*x*", "p(\t- a⏎emphasis(x))"},
		{"> > > > > > > a", "quote(quote(quote(quote(quote(quote(p(> a)))))))"},
		{"- a\n  - b\n    - c\n      - d", "list(item(p(a)list(item(p(b)list(item(p(c⏎- d)))))))"},
	})
}

func TestJSONCarriesOnlyWhatANodeHas(t *testing.T) {
	got, err := json.Marshal(markup.Parse("1. @bob [x](https://y) #z\n```go\nc\n```"))
	if err != nil {
		t.Fatal(err)
	}
	want := `[{"kind":"list","ordered":true,"start":1,"nodes":[{"kind":"item","nodes":[{"kind":"paragraph","nodes":[` +
		`{"kind":"mention","text":"bob"},{"kind":"text","text":" "},{"kind":"link","href":"https://y","nodes":[{"kind":"text","text":"x"}]},` +
		`{"kind":"text","text":" "},{"kind":"room","text":"z"}]}]}]},{"kind":"code_block","text":"c","info":"go"}]`
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
