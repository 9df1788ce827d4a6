package pages

import (
	"io/fs"
	"path"
	"strings"
)

// shownFiles are the files of a directory that may be seen.
type shownFiles struct{ fs.FS }

// find returns the file that a name stands for: itself or, of a directory, its index.html. The error is
// fs.ErrNotExist if there is none, it is hidden, or it leads out of the directory.
func (f shownFiles) find(name string) (file string, isDir bool, err error) {
	if isHidden(name) {
		return "", false, fs.ErrNotExist
	}
	info, err := fs.Stat(f, name)
	if err != nil {
		return "", false, fs.ErrNotExist
	}
	if info.Mode().IsRegular() {
		return name, false, nil
	}
	index := path.Join(name, "index.html")
	if !info.IsDir() || !f.isFile(index) {
		return "", false, fs.ErrNotExist
	}
	return index, true, nil
}

// pageAbove returns the nearest index.html above a name; empty if there is none, or the name is hidden.
func (f shownFiles) pageAbove(name string) string {
	if isHidden(name) {
		return ""
	}
	for name != "." {
		name = path.Dir(name)
		if index := path.Join(name, "index.html"); f.isFile(index) {
			return index
		}
	}
	return ""
}

func (f shownFiles) isFile(name string) bool {
	info, err := fs.Stat(f, name)
	return err == nil && info.Mode().IsRegular()
}

// isHidden reports whether one of a name's elements begins with a dot.
func isHidden(name string) bool {
	for element := range strings.SplitSeq(name, "/") {
		if strings.HasPrefix(element, ".") && element != "." {
			return true
		}
	}
	return false
}
