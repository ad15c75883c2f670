print("florin")
