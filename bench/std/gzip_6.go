package main

func main() { compress(6) }
