// Doccheck reads the Markdown files it is given and reports links that lead
// nowhere: relative paths that do not exist, and anchors that no heading or HTML
// element of the target has. It does not follow links to other hosts.
//
//	doccheck -root DIR FILE...
//
// It exits with 1 if a link is broken, 2 if a file cannot be read.
package main

import (
	"flag"
	"fmt"
	"os"
)

func main() {
	root := flag.String("root", ".", "folder that links starting with / are resolved in")
	flag.Parse()

	c := checker{root: *root, anchors: map[string]map[string]bool{}}
	broken := 0
	for _, path := range flag.Args() {
		problems, err := c.check(path)
		if err != nil {
			fmt.Fprintln(os.Stderr, "doccheck:", err)
			os.Exit(2)
		}
		for _, p := range problems {
			fmt.Println(p)
		}
		broken += len(problems)
	}
	if broken > 0 {
		os.Exit(1)
	}
}
