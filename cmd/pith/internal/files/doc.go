// Package files finds the files below a folder that a reader of its code would open: what
// ignore files name is left out, and so is what no person wrote.
//
//	found, err := files.Walk("src", limits)
//	for _, f := range found.Files { … f.Path, f.Text … }
//
// It reads .gitignore as git does, and .ignore, which goes over it, as ripgrep does. It
// follows no symbolic link and knows nothing of git's own settings.
package files
