import pure_gzip

pure_gzip.run(6)
