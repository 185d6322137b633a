package main

import (
	"container/list"
	"fmt"
)

type Entry struct{ key, value int }

type Lru struct {
	capacity int
	order    *list.List
	places   map[int]*list.Element
}

func (c *Lru) get(key int) (int, bool) {
	e, ok := c.places[key]
	if !ok {
		return 0, false
	}
	c.order.MoveToFront(e)
	return e.Value.(*Entry).value, true
}

func (c *Lru) insert(key, value int) {
	if e, ok := c.places[key]; ok {
		e.Value.(*Entry).value = value
		c.order.MoveToFront(e)
		return
	}
	if c.order.Len() == c.capacity {
		delete(c.places, c.order.Remove(c.order.Back()).(*Entry).key)
	}
	c.places[key] = c.order.PushFront(&Entry{key, value})
}

func main() {
	cache, seed, hits := &Lru{1000, list.New(), map[int]*list.Element{}}, 42, 0
	for i := 0; i < 200000; i++ {
		seed = seed * 16807 % 2147483647
		key := seed % 1500
		if _, ok := cache.get(key); ok {
			hits++
		} else {
			cache.insert(key, i)
		}
	}
	fmt.Println(cache.order.Len(), hits)
}
