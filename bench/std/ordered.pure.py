import pure

pure.without("_bisect")
pure.run()
