package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

func main() {
	count, total := 0, 0
	for i := 0; i < 5; i++ {
		root := os.Args[1] + "/tree"
		filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
			if path != root {
				count++
				total += len(entry.Name())
			}
			return err
		})
	}
	fmt.Println(count, total)
}
