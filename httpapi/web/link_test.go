package web

import (
	"strings"
	"testing"
)

func TestModulesAreLinkedInTheOrderInWhichTheyRun(t *testing.T) {
	opening, later, err := link(map[string]string{
		"app/main.js": `// The page.

import { signal } from "@preact/signals";
import htm from "htm";
import { half } from "./sub/half.js";
import "./early.js";

/** @param {number} n */
export const twice = (/** @type {number} */ n) => 2 * n;
const asked = () => import("./sub/late.js");
`,
		"app/sub/half.js": "import { signal, effect } from \"@preact/signals\";\n\nexport const half = signal(1);\n",
		"app/early.js":    "early();\n",
		"app/sub/late.js": "import { twice } from \"../main.js\";\nimport { half } from \"./half.js\";\nexport function late() {\n  return twice(half);\n}\n",
	})
	if err != nil {
		t.Fatal(err)
	}
	if want := `import { effect, signal } from "@preact/signals";
import htm from "htm";

const half = signal(1);
early();



const twice = (n) => 2 * n;
const asked = () => import("./later.js");
export { half, twice };
`; opening != want {
		t.Errorf("the page opens with\n%s", opening)
	}
	if want := `import { half, twice } from "./page.js";
function late() {
  return twice(half);
}
export { late };
`; later != want {
		t.Errorf("later comes\n%s", later)
	}
}

func TestModulesThatBreakTheRulesAreNotLinked(t *testing.T) {
	for what, sources := range map[string]map[string]string{
		"is declared by":         {"app/main.js": "import \"./b.js\";\nconst a = 1;\n", "app/b.js": "export function a() {}\n"},
		"there is no module":     {"app/main.js": "import \"./b.js\";\n"},
		"one line of plain name": {"app/main.js": "import * as b from \"./b.js\";\n", "app/b.js": ""},
		"nowhere declared": {
			"app/main.js": "import(\"./b.js\");\n", "app/b.js": "import { c } from \"./main.js\";\n",
		},
	} {
		if _, _, err := link(sources); err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("got %v, want an error about %q", err, what)
		}
	}
}
