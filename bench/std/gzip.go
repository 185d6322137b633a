package main

// What gzip_1, gzip_6 and gzip_9 do; compiled with them.

import (
	"bytes"
	"compress/gzip"
	"fmt"
)

func compress(level int) {
	data := read("text.txt")
	var out bytes.Buffer
	writer, _ := gzip.NewWriterLevel(&out, level)
	writer.Write(data)
	writer.Close()
	fmt.Println(len(data), out.Len() < len(data)/2)
}
