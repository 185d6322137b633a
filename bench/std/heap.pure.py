import pure

pure.without("_heapq")
pure.run()
