package main

import (
	"container/list"
	"fmt"
)

func main() {
	queue, total := list.New(), 0
	for i := 0; i < 1000; i++ {
		queue.PushBack(i)
	}
	for i := 0; i < 1000000; i++ {
		first := queue.Remove(queue.Front()).(int)
		queue.PushBack((first*7 + i) % 1000003)
		if i%5 == 0 {
			queue.PushFront(queue.Remove(queue.Back()).(int) + 1)
		}
		total += first
	}
	for e := queue.Front(); e != nil; e = e.Next() {
		total += e.Value.(int)
	}
	fmt.Println(total)
}
